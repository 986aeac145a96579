import {
  type Alert,
  continuous,
  createLedger,
  type Datapoint,
  defineTask,
  finding,
  HubkeeperError,
  minutes,
  onDemand,
  parseConfig,
  type RunnerDrivers,
  type RunRequest,
  reportSchema,
  runTask,
  type Schedule,
  TaskFailedError,
  type TaskResult,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { memoryRecords } from '../fakes/memory-records.ts'
import { memoryStore } from '../fakes/memory-store.ts'

const taskThat = (run: () => Promise<TaskResult>, writes = false, schedule: Schedule = onDemand) =>
  defineTask({
    name: 'probe',
    title: 'Probe',
    summary: 'for this test',
    schedule,
    access: {},
    limits: { memory: 128, timeout: minutes(1), scratch: 0 },
    writes,
    input: z.strictObject({ loud: z.boolean().default(false) }),
    run,
  })

const well = taskThat(async () => ({ findings: [finding('disk.usage', 'ok', { subject: '/' })] }))
const unwell = taskThat(async () => ({ findings: [finding('disk.usage', 'critical', { subject: '/' })] }))
const warned = taskThat(async () => ({ findings: [finding('disk.usage', 'unknown', { subject: '/' })] }))
const broken = taskThat(async () => {
  throw new HubkeeperError('no-space', 'the disk is full', { hint: 'free space' })
})
const defective = taskThat(async () => {
  throw new TypeError('x is undefined')
})

function requestFor(changes: Partial<RunRequest> = {}): RunRequest {
  const config = parseConfig(JSON.stringify({ hubs: { hub: { database: { path: 'hub.db' } } } }), 'test')
  const { hub } = config.hubs
  if (hub === undefined) throw new Error('there is no hub')
  const none = { input: {}, scheduledFor: null, at: null, dryRun: false, progress: { step: () => {} } }
  return { hub: { ...hub, id: 'hub' }, ...none, ...changes }
}

function setup(changes: Partial<RunnerDrivers> = {}) {
  const records = memoryRecords()
  const store = memoryStore()
  const alerts: Alert[] = []
  const datapoints: Datapoint[] = []
  const now = () => new Date('2026-11-24T09:00:00Z')
  const drivers: RunnerDrivers = {
    ledger: createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks: [], now }),
    store,
    metrics: {
      publish: async (points) => {
        datapoints.push(...points)
      },
    },
    alerts: {
      send: async (alert) => {
        alerts.push(alert)
      },
    },
    connect: () => async () => ({}),
    now,
    owner: 'test',
    lease: minutes(2),
    heartbeat: false,
    ...changes,
  }
  return { records, store, alerts, datapoints, drivers }
}

const reportsIn = async (store: ReturnType<typeof memoryStore>) => {
  const keys = store.keys().filter((key) => key.endsWith('.json'))
  const stored = await Promise.all(keys.map((key) => store.get(key)))
  return stored.map((object) => reportSchema.parse(JSON.parse(new TextDecoder().decode(object?.body))))
}

describe('a run', () => {
  it('keeps its report as JSON that meets the schema, and as Markdown', async () => {
    const { drivers, store } = setup()
    const outcome = await runTask(well, requestFor(), drivers)
    const [report] = await reportsIn(store)
    expect(outcome).toEqual({ kind: 'ran', report })
    expect(report).toMatchObject({ status: 'ok', task: 'probe', hub: 'hub', scheduledFor: null, error: null })
    expect(store.keys()).toContain(`reports/probe/${report?.run}.md`)
  })

  it('publishes its figures and how long it took', async () => {
    const { datapoints, drivers } = setup()
    await runTask(well, requestFor(), drivers)
    expect(datapoints).toEqual([
      expect.objectContaining({ name: 'task.duration', subject: 'probe', unit: 'seconds' }),
    ])
  })

  it('alerts nobody when all is well', async () => {
    const { alerts, drivers } = setup()
    await runTask(well, requestFor(), drivers)
    expect(alerts).toEqual([])
  })

  it('pages those on call for something critical, and tells the team of what is unknown', async () => {
    const { alerts, drivers } = setup()
    await runTask(unwell, requestFor(), drivers)
    await runTask(warned, requestFor(), drivers)
    expect(alerts.map(({ audience, severity }) => [audience, severity])).toEqual([
      ['on-call', 'critical'],
      ['team', 'warning'],
    ])
    expect(alerts[0]?.deduplicationKey).toBe('hub:probe:disk.usage//')
    expect(alerts[0]?.subject.length).toBeLessThanOrEqual(100)
  })
})

describe('a run that cannot do its job', () => {
  it('is reported, alerted and thrown, so that a platform counts it', async () => {
    const { alerts, drivers, store } = setup()
    const failure = await runTask(broken, requestFor(), drivers).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TaskFailedError)
    expect(failure).toMatchObject({ code: 'no-space', report: { status: 'failed' } })
    expect((await reportsIn(store))[0]?.error).toEqual({
      code: 'no-space',
      message: 'the disk is full',
      hint: 'free space',
    })
    expect(alerts[0]).toMatchObject({ audience: 'on-call', severity: 'failed' })
  })

  it('calls a defect of ours one', async () => {
    const { drivers } = setup()
    await expect(runTask(defective, requestFor(), drivers)).rejects.toMatchObject({ code: 'unexpected' })
  })

  it('is tried again in the same slot', async () => {
    const { drivers } = setup()
    const scheduledFor = new Date('2026-11-24T09:00:00Z')
    await expect(runTask(broken, requestFor({ scheduledFor }), drivers)).rejects.toThrow()
    await expect(runTask(well, requestFor({ scheduledFor }), drivers)).resolves.toMatchObject({ kind: 'ran' })
    await expect(runTask(well, requestFor({ scheduledFor }), drivers)).resolves.toMatchObject({
      kind: 'already-succeeded',
    })
  })

  it('fails, too, when its report cannot be kept or its alert not be sent', async () => {
    const refuse = async () => {
      throw new HubkeeperError('io', 'the outbox is gone', { hint: 'bring it back' })
    }
    const { drivers } = setup({ alerts: { send: refuse } })
    await expect(runTask(unwell, requestFor(), drivers)).rejects.toMatchObject({
      code: 'io',
      report: { status: 'failed', findings: [{ status: 'critical' }] },
    })
  })
})

describe('a run with documents beside its report', () => {
  const attachments = [
    { name: 'plan.md', text: '# plan' },
    { name: 'all.json', text: '{}' },
  ]
  const documented = taskThat(async () => ({ findings: [], attachments }))

  it('keeps them where the report says', async () => {
    const { drivers, store } = setup()
    const outcome = await runTask(documented, requestFor(), drivers)
    if (outcome.kind !== 'ran') throw new Error(outcome.kind)
    const { artifacts, run } = outcome.report
    expect(artifacts).toEqual([
      { kind: 'attachment', key: `reports/probe/${run}/plan.md`, bytes: 6 },
      { kind: 'attachment', key: `reports/probe/${run}/all.json`, bytes: 2 },
    ])
    for (const { key } of artifacts) expect(store.keys()).toContain(key)
  })

  it('leaves nothing in a dry run', async () => {
    const { drivers, store } = setup()
    const outcome = await runTask(documented, requestFor({ dryRun: true }), drivers)
    expect(outcome).toMatchObject({ report: { artifacts: [] } })
    expect(store.keys()).toEqual([])
  })

  it('keeps its report without one that cannot be kept, and fails; another attempt keeps all', async () => {
    const { alerts, drivers, store } = setup()
    const full = async (...[key, ...rest]: Parameters<typeof store.put>) => {
      if (key.endsWith('plan.md'))
        throw new HubkeeperError('no-space', 'the disk is full', { hint: 'free it' })
      return store.put(key, ...rest)
    }
    const request = requestFor({ scheduledFor: new Date('2026-11-24T09:00:00Z') })
    const failing = runTask(documented, request, { ...drivers, store: { ...store, put: full } })
    await expect(failing).rejects.toMatchObject({ code: 'no-space' })
    const [name = ''] = store.keys().filter((key) => /\/[^/]+\.json$/.test(key) && !key.includes('all.json'))
    const stored = await store.get(name)
    expect(reportSchema.parse(JSON.parse(new TextDecoder().decode(stored?.body)))).toMatchObject({
      status: 'failed',
      error: { code: 'no-space' },
      artifacts: [{ key: expect.stringMatching(/all\.json$/) }],
    })
    expect(alerts).toMatchObject([{ severity: 'failed' }])
    await expect(runTask(documented, request, drivers)).resolves.toMatchObject({
      report: { artifacts: [{}, {}] },
    })
  })
})

describe('a run that was overtaken', () => {
  it('alerts nobody: the run that overtook it does', async () => {
    const { alerts, drivers } = setup()
    const overtaken = taskThat(async () => {
      throw new HubkeeperError('lease-lost', 'taken over', { hint: 'nothing' })
    })
    await expect(runTask(overtaken, requestFor(), drivers)).rejects.toMatchObject({ code: 'lease-lost' })
    expect(alerts).toEqual([])
  })
})

describe('what keeps a run from beginning', () => {
  it('is an argument that the task does not take', async () => {
    const { drivers, store } = setup()
    const request = requestFor({ input: { quiet: true } })
    await expect(runTask(well, request, drivers)).rejects.toMatchObject({ code: 'usage' })
    expect(store.keys()).toEqual([])
  })

  it('is a freeze, for a task that writes', async () => {
    const { drivers, records } = setup()
    const freeze = { reason: 'migration', by: 'ada', since: '2026-11-24T08:00:00.000Z', until: null }
    await records.put('hub/freeze', JSON.stringify(freeze), null)
    const writer = taskThat(async () => ({ findings: [] }), true)
    await expect(runTask(writer, requestFor(), drivers)).rejects.toMatchObject({ code: 'frozen' })
    await expect(runTask(well, requestFor(), drivers)).resolves.toMatchObject({ kind: 'ran' })
  })

  it('is another writer of the same hub; its slot stays free', async () => {
    const { drivers } = setup()
    await drivers.ledger.acquireWriteLease({ owner: 'x', holder: 'backup', lease: minutes(2) })
    const writer = taskThat(async () => ({ findings: [] }), true)
    const request = requestFor({ scheduledFor: new Date('2026-11-24T09:00:00Z') })
    await expect(runTask(writer, request, drivers)).rejects.toMatchObject({ code: 'write-lease-held' })
    await expect(runTask(writer, request, drivers)).rejects.toMatchObject({ code: 'write-lease-held' })
  })
})

describe('a dry run', () => {
  it('leaves no trace', async () => {
    const { alerts, datapoints, drivers, records, store } = setup()
    await runTask(unwell, requestFor({ dryRun: true }), drivers)
    expect([store.keys(), await records.list(''), alerts, datapoints]).toEqual([[], [], [], []])
  })
})

describe('a run of a task that runs all the time', () => {
  const always = (status: 'ok' | 'critical') =>
    taskThat(
      async () => ({
        findings: [finding('disk.usage', status, { subject: '/' })],
        figures: [{ name: 'probe.heartbeat', subject: null, value: 1, unit: 'count' }],
      }),
      false,
      continuous(1),
    )

  it('publishes its figures each time, and nothing else', async () => {
    const { datapoints, drivers } = setup()
    await runTask(always('ok'), requestFor(), drivers)
    await runTask(always('ok'), requestFor(), drivers)
    expect(datapoints.map(({ name }) => name)).toEqual(['probe.heartbeat', 'probe.heartbeat'])
  })

  it('claims no slot, so that one scheduled time may be delivered twice', async () => {
    const { drivers, records } = setup()
    const request = requestFor({ scheduledFor: new Date('2026-11-24T09:00:00Z') })
    await runTask(always('ok'), request, drivers)
    expect(await runTask(always('ok'), request, drivers)).toMatchObject({ kind: 'ran' })
    expect((await records.list('hub/runs/')).length).toBe(0)
  })

  it('keeps a report and alerts when it has something new to say, once', async () => {
    const { alerts, drivers, store } = setup()
    await runTask(always('ok'), requestFor(), drivers)
    for (let minute = 0; minute < 5; minute++) await runTask(always('critical'), requestFor(), drivers)
    expect(alerts).toHaveLength(1)
    expect(store.keys().filter((key) => key.endsWith('.json'))).toHaveLength(2)
    await runTask(always('ok'), requestFor(), drivers)
    await runTask(always('critical'), requestFor(), drivers)
    expect(alerts).toHaveLength(2)
  })

  it('tells nobody what it saw at a pretended moment, which is news of no time', async () => {
    const { alerts, datapoints, drivers, store } = setup()
    const pretending = requestFor({ at: new Date('2027-11-24T09:00:00Z') })
    await runTask(always('critical'), pretending, drivers)
    expect([alerts, datapoints, store.keys()]).toEqual([[], [], []])
    await runTask(always('critical'), requestFor(), drivers)
    expect(alerts).toHaveLength(1)
  })

  it('tells it again when telling failed', async () => {
    const { alerts, drivers } = setup()
    const mute = { ...drivers, alerts: { send: async () => Promise.reject(new Error('no line')) } }
    await expect(runTask(always('critical'), requestFor(), mute)).rejects.toThrow('no line')
    await runTask(always('critical'), requestFor(), drivers)
    expect(alerts).toHaveLength(1)
  })
})

describe('a failure that comes with findings', () => {
  const half = taskThat(async () => ({
    findings: [finding('disk.usage', 'ok', { subject: '/' })],
    figures: [{ name: 'x', subject: null, value: 1, unit: 'count' }],
    failure: new HubkeeperError('tasks-failed', 'half of it failed', { hint: 'see which' }),
  }))

  it('counts as if it were thrown, and loses nothing', async () => {
    const { alerts, drivers, store } = setup()
    const run = runTask(half, requestFor(), drivers)
    await expect(run).rejects.toMatchObject({
      code: 'tasks-failed',
      report: {
        status: 'failed',
        findings: [{ check: 'disk.usage' }],
        figures: [{ name: 'x' }],
        error: { message: 'half of it failed', hint: 'see which' },
      },
    })
    expect(alerts).toMatchObject([{ severity: 'failed', audience: 'on-call' }])
    expect(store.keys().filter((key) => key.startsWith('reports/'))).toHaveLength(2)
  })
})

describe('a run with a deadline', () => {
  const endless = taskThat(() => new Promise<TaskResult>(() => {}))

  it('is given up in time to say so', async () => {
    const { alerts, drivers, store } = setup({ now: () => new Date() })
    const run = runTask(endless, requestFor(), { ...drivers, deadline: new Date(Date.now() + 50) })
    await expect(run).rejects.toMatchObject({ code: 'time-limit' })
    expect(alerts).toMatchObject([{ severity: 'failed' }])
    expect(store.keys().filter((key) => key.startsWith('reports/'))).toHaveLength(2)
  })

  it('changes nothing more once it is over', async () => {
    const fences: (() => Promise<void>)[] = []
    const { drivers } = setup({
      now: () => new Date(),
      connect: ({ fence }) => {
        fences.push(fence)
        return async () => ({})
      },
    })
    await runTask(endless, requestFor(), { ...drivers, deadline: new Date(Date.now() + 20) }).catch(() => {})
    await expect(fences[0]?.()).rejects.toMatchObject({ code: 'time-limit' })
  })
})

describe('deleting', () => {
  const seen: (string | null)[] = []
  const deleting = defineTask({
    name: 'delete',
    title: 'Delete',
    summary: 'for this test',
    schedule: onDemand,
    access: {},
    limits: { memory: 128, timeout: minutes(1), scratch: 0 },
    writes: true,
    input: z.strictObject({}),
    async run({ deletionRefused }) {
      seen.push(deletionRefused)
      return { findings: [] }
    },
  })

  it('is refused to a run that pretends another time', async () => {
    const { drivers } = setup()
    await runTask(deleting, requestFor(), drivers)
    await runTask(deleting, requestFor({ at: new Date('2027-11-24T09:00:00Z') }), drivers)
    expect(seen.splice(0)).toEqual([null, 'the run pretends that it is 2027-11-24T09:00:00.000Z'])
  })

  it('has its pretended moment in the report, and only then', async () => {
    const { drivers, store } = setup()
    await runTask(well, requestFor({ at: new Date('2027-11-24T09:00:00Z') }), drivers)
    const [pretending] = await reportsIn(store)
    expect(pretending).toMatchObject({
      startedAt: drivers.now().toISOString(),
      pretendedAt: '2027-11-24T09:00:00.000Z',
    })
    const outcome = await runTask(well, requestFor({ at: drivers.now() }), setup().drivers)
    expect(outcome.kind === 'ran' && 'pretendedAt' in outcome.report).toBe(false)
  })

  it('tells nobody else what a run saw that pretended another time', async () => {
    const { alerts, datapoints, drivers } = setup()
    await runTask(warned, requestFor({ at: new Date('2027-11-24T09:00:00Z') }), drivers)
    expect([alerts, datapoints]).toEqual([[], []])
    await runTask(warned, requestFor(), drivers)
    expect([alerts.length, datapoints.length]).toEqual([1, 1])
  })

  it('does not count as done when the run pretended another time', async () => {
    const { drivers } = setup()
    await runTask(deleting, requestFor({ at: new Date('2027-11-24T09:00:00Z') }), drivers)
    expect(await drivers.ledger.newestEntry()).toMatchObject({ task: null })
    await runTask(deleting, requestFor(), drivers)
    expect(await drivers.ledger.newestEntry()).toMatchObject({ at: drivers.now() })
    seen.splice(0)
  })

  it('takes no scheduled time from the run that is to be made then', async () => {
    const { drivers } = setup()
    const scheduled = { scheduledFor: new Date('2026-11-24T09:00:00Z') }
    const pretending = requestFor({ ...scheduled, at: new Date('2027-11-24T09:00:00Z') })
    await runTask(deleting, pretending, drivers)
    expect(await runTask(deleting, requestFor(scheduled), drivers)).toMatchObject({ kind: 'ran' })
    expect(await runTask(deleting, requestFor(scheduled), drivers)).toMatchObject({
      kind: 'already-succeeded',
    })
    seen.splice(0)
  })

  it('is refused while the clock is behind the newest entry of the ledger', async () => {
    const { drivers } = setup()
    const before = new Date('2026-11-01T09:00:00Z')
    await runTask(deleting, requestFor(), drivers)
    await runTask(deleting, requestFor(), { ...drivers, now: () => before })
    expect(seen.splice(0)).toEqual([null, expect.stringContaining('the clock is 23 d behind')])
  })
})
