import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reportOf } from './support/account.ts'
import type { Cloud } from './support/deployed/cloud.ts'
import { sampleConfig, storeSampleHub } from './support/deployed/hub.ts'
import { bucketOutputs, deployForCommand, type Machine, machineAt } from './support/deployed/machine.ts'
import { type LambdaFront, startLambdaFront } from './support/lambda-front.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { createStorageStack } from './support/storage-stack.ts'

describe.skipIf(!motoAvailable)(needingMoto('hubkeeper invoke'), () => {
  const hubs = { demo: sampleConfig(), other: sampleConfig() }
  let cloud: Cloud
  let front: LambdaFront
  let machine: Machine

  beforeAll(async () => {
    cloud = await deployForCommand(hubs)
    front = await startLambdaFront(cloud)
  }, 120_000)
  afterAll(async () => {
    await front?.stop()
    await cloud?.stop()
  })
  beforeEach(() => {
    machine = machineAt(front.url, { hubs })
  })

  const invoke = (...args: string[]) => machine.command(['invoke', ...args])

  describe('follows a function to its report', () => {
    beforeEach(async () => {
      await storeSampleHub(cloud, 'demo')
      await storeSampleHub(cloud, 'other')
    })

    it('and shows it as a run on this machine is shown', async () => {
      const { code, err, out } = await invoke('backup', '--hub', 'demo')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/✔ ok backup of demo in .+, run [0-9A-Z]{26}/)
      expect(out).toContain('backup.certified')
      expect(front.started.at(-1)).toEqual({ name: 'hubkeeper-backup', event: { hub: 'demo' } })
    })

    it('and prints it as the run document, for a program', async () => {
      const { code, report } = reportOf(await invoke('backup', '--hub', 'demo', '--force', '--json'))
      expect(code).toBe(0)
      expect(report).toMatchObject({ hub: 'demo', task: 'backup', status: 'ok', error: null })
      expect(front.started.at(-1)?.event).toEqual({ hub: 'demo', force: true })
    })

    it('for every hub, one after the other, when none is named', async () => {
      const { code, err, out } = await invoke('backup', '--at', '2026-11-25T12:00:00Z')
      expect(err).toBe('')
      expect(out).toMatch(/backup of demo[\s\S]+backup of other[\s\S]+2 tasks in/)
      expect(front.started.slice(-2).map(({ event }) => event)).toEqual([
        { hub: 'demo', at: '2026-11-25T12:00:00.000Z' },
        { hub: 'other', at: '2026-11-25T12:00:00.000Z' },
      ])
      expect(code).toBe(0)
    })

    it('that says why it failed: exit code 3, and what to do', async () => {
      const { code, out } = await invoke('restore-backup', '--hub', 'demo', '--backup', 'nothing-like-it')
      expect(code).toBe(3)
      expect(out).toContain('there is no backup nothing-like-it')
      expect(out).toContain('what to do: see what there is: hubkeeper backups list')
    })
  })

  describe('starts nothing', () => {
    it.each([
      ['a task that there is not', ['tidy-up'], /there is no task or cadence tidy-up/],
      ['several tasks at once', ['daily'], /daily is not one task/],
      ['a task that keeps no reports', ['kpi-probe'], /kpi-probe keeps no report to follow/],
      [
        'an argument that the task does not take',
        ['backup', '--undo'],
        /backup does not take these arguments: .*"undo"/,
      ],
      ['a hub that there is not', ['backup', '--hub', 'nobody'], /names no hub nobody/],
      ['a restore of whichever hubs there are', ['restore-backup'], /choose one with --hub: demo, other/],
    ])('for %s: exit code 2', async (_, args, message) => {
      const before = front.started.length
      const { code, err } = await invoke(...args)
      expect(err).toMatch(message)
      expect(code).toBe(2)
      expect(front.started).toHaveLength(before)
    })

    it('where nothing is deployed, and says how to deploy', async () => {
      machine.configure({ aws: { name: 'elsewhere' }, hubs })
      const { code, err } = await invoke('backup', '--hub', 'demo')
      expect(code).toBe(3)
      expect(err).toContain(
        'there is no stack elsewhere-storage\nwhat to do: deploy first: npx cdk deploy --all',
      )
    })

    it('where the stack was deployed by a version that named no buckets', async () => {
      await createStorageStack(cloud.proxy.url, { name: 'older', outputs: {} })
      machine.configure({ aws: { name: 'older' }, hubs })
      const { code, err } = await invoke('backup', '--hub', 'demo')
      expect({ code, err }).toMatchObject({
        code: 3,
        err: expect.stringContaining('the stack older-storage has no output HubBucket'),
      })
    })

    it('where the storage is deployed, but not this function', async () => {
      await createStorageStack(cloud.proxy.url, { name: 'half', outputs: bucketOutputs(cloud) })
      machine.configure({ aws: { name: 'half' }, hubs })
      const { code, err } = await invoke('backup', '--hub', 'demo')
      expect(code).toBe(3)
      expect(err).toContain('cannot start the function half-backup: Function not found: half-backup')
      expect(err).toContain('npx cdk deploy')
    })

    it('where no region is known', async () => {
      const env = { AWS_REGION: '', AWS_CONFIG_FILE: '/dev/null' }
      const { code, err } = await machine.command(['invoke', 'backup', '--hub', 'demo'], env)
      expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('set aws.region in') })
    })
  })
})
