import { finding, hours, keys } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startAccount } from '../aws/support/account.ts'
import { motoAvailable, needingMoto } from '../aws/support/moto.ts'
import { reportOf } from '../review/support/histories.ts'
import { sampleHub } from '../support/hub.ts'

describe.skipIf(!motoAvailable)(needingMoto('checklists and reports of a deployment'), () => {
  let account: Account

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())

  it('are made of what the functions left and people signed there, and not on this machine', async () => {
    const { directory } = sampleHub()
    const report = reportOf({
      task: 'health-check',
      at: new Date(Date.now() - hours(1)),
      findings: [finding('disk.usage', 'ok', { subject: '/', actual: 12 })],
    })
    const key = keys.report(report.task, report.run, 'json')
    await account.storeOf('hub').put(key, JSON.stringify(report))
    const command = (...args: string[]) => account.run(directory, args)
    const refused = await command('sign', 'disk-space', '--note', 'x', '--deployed')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('its evidence has ticked it') })
    expect(refused.err).toContain('hubkeeper checklist daily --deployed')
    const signed = await command('sign', 'monitoring', '--note', 'two false alarms', '--deployed')
    expect(signed).toMatchObject({ code: 0, err: '' })
    const there = await command('checklist', '--deployed')
    expect(there.out).toMatch(/✔ Disk space below 80 %/)
    expect(there.out).toMatch(/✔ Monitoring alerts reviewed .*\n.*: two false alarms$/m)
    const here = await command('checklist')
    expect(here.out).not.toContain('✔')
    const shown = await command('report', 'health-check', '--json', '--deployed')
    expect(JSON.parse(shown.out)).toEqual(report)
    expect((await command('report', 'health-check')).err).toContain('there is no report of health-check yet')
    const withdrawn = await command('sign', 'monitoring', '--withdraw', '--note', 'a mistake', '--deployed')
    expect(withdrawn).toMatchObject({ code: 0, err: '' })
    expect((await command('checklist', 'monthly', '--deployed')).out).not.toContain('✔')
  })
})
