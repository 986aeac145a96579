import { type Finding, keys, ledgerKeys, ledgerPrefix } from '@hubkeeper/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Cloud } from './support/deployed/cloud.ts'
import { changeDatabase, sampleConfig } from './support/deployed/hub.ts'
import { deployForCommand, type Machine, machineAt } from './support/deployed/machine.ts'
import { freshHub } from './support/deployed/soundness.ts'
import { newestReport } from './support/deployed/stored.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

describe.skipIf(!motoAvailable)(needingMoto('what vanished from a hub of a deployment'), () => {
  const hubs = { demo: sampleConfig() }
  let cloud: Cloud
  let machine: Machine

  beforeAll(async () => {
    cloud = await deployForCommand(hubs)
  }, 120_000)
  afterAll(() => cloud?.stop())
  beforeEach(async () => {
    machine = machineAt(cloud.proxy.url, { hubs })
    await freshHub(cloud, 'demo')
    expect(await backup()).toBe('ok')
  })

  const command = (...args: string[]) => machine.command(args)
  const answerSchema = z.looseObject({
    kind: z.literal('answer'),
    value: z.looseObject({ status: z.string() }),
  })
  /** Gives the status of its report. */
  const backup = async (): Promise<string> =>
    answerSchema.parse((await cloud.invoke('backup', { hub: 'demo' })).ending).value.status
  async function found(check: string): Promise<Finding | undefined> {
    const { findings } = await newestReport(cloud, 'demo', 'backup')
    return findings.find((finding) => finding.check === check)
  }
  const isHeld = async () =>
    (await cloud.storeOf('demo').head(`${ledgerPrefix}${ledgerKeys.hold}.json`)) !== null

  it('counts where it was announced, once', async () => {
    const said = await command(
      ...['expect', '--deployed', '--rows', 'articles=-60%', '--reason', 'archived', '--by', 'anna'],
    )
    expect(said).toMatchObject({ code: 0, err: '' })
    expect(said.out).toMatch(/^articles may lose up to 60 % of its rows until \S+, says anna: archived$/m)
    // This machine has a ledger of its own, in which nothing was said.
    expect((await command('expect', '--list')).out).toContain('no table is expected to lose rows')

    await changeDatabase(cloud, 'demo', 'DELETE FROM articles WHERE id % 2 = 0')
    expect(await backup()).toBe('ok')
    expect((await found('content.vanished'))?.evidence.join()).toContain(
      'a loss of up to 60 % was expected by anna: archived',
    )
    expect(await isHeld()).toBe(false)
    expect((await command('expect', '--deployed', '--list')).out).toContain('used up by')

    await changeDatabase(cloud, 'demo', 'DELETE FROM articles WHERE id % 10 <> 1')
    expect(await backup()).toBe('critical')
    expect(await isHeld()).toBe(true)
  })

  it('is a loss again once the announcement is taken back', async () => {
    await command('expect', '--deployed', '--rows', 'articles=gone')
    expect((await command('expect', '--deployed', '--clear')).out).toContain(': not any more')
    await changeDatabase(cloud, 'demo', 'DELETE FROM articles')
    expect(await backup()).toBe('critical')
  })

  it('is in quarantine until somebody accepts it from the command, and counts from then on', async () => {
    await changeDatabase(cloud, 'demo', 'DELETE FROM articles')
    expect(await backup()).toBe('critical')
    const { subject: id } = (await found('backup.quarantined')) ?? {}
    const accept = (...args: string[]) =>
      command('backups', 'accept', ...args, '--reason', 'archived', '--by', 'anna')
    // Not without saying where: this machine has no such backup.
    expect(await accept(String(id))).toMatchObject({ code: 3 })

    const accepted = await accept(String(id), '--deployed')
    expect(accepted).toMatchObject({ code: 0, err: '' })
    expect(accepted.out).toContain(`${id} counts from now on, accepted by anna: archived`)
    expect(accepted.out).toContain('end it with hubkeeper release --deployed')
    const record = await cloud.storeOf('demo').get(keys.quarantine)
    expect(JSON.parse(new TextDecoder().decode(record?.body))).toEqual({ quarantined: {} })
    expect((await command('release', '--deployed')).out).toContain('demo was on hold by hubkeeper')

    expect(await backup()).toBe('ok')
    expect(await found('backup.quarantined')).toMatchObject({ status: 'ok', actual: 'none' })
    expect(await isHeld()).toBe(false)
    expect(await accept(String(id), '--deployed')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not in quarantine'),
    })
  })

  it('cannot be announced or accepted where nothing is deployed', async () => {
    machine.configure({ aws: { name: 'elsewhere' }, hubs })
    for (const args of [
      ['expect', '--rows', 'articles=gone'],
      ['backups', 'accept', 'x', '--reason', 'y'],
    ]) {
      const { code, err } = await command(...args, '--deployed')
      expect({ code, err }).toMatchObject({
        code: 3,
        err: expect.stringContaining('there is no stack elsewhere-storage'),
      })
    }
  })
})
