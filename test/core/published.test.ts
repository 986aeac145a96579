import {
  createLedger,
  defineTask,
  minutes,
  onDemand,
  parseConfig,
  type RunnerDrivers,
  type RunRequest,
  restrictStore,
  runnerGrants,
  runTask,
  type TaskResult,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { memoryRecords } from '../fakes/memory-records.ts'
import { memoryStore } from '../fakes/memory-store.ts'

const publishing = (result: TaskResult, publishes?: string) =>
  defineTask({
    name: 'probe',
    title: 'Probe',
    summary: 'for this test',
    schedule: onDemand,
    access: {},
    limits: { memory: 128, timeout: minutes(1), scratch: 0 },
    ...(publishes === undefined ? {} : { publishes }),
    writes: false,
    input: z.strictObject({}),
    run: async () => result,
  })

const attachments = [
  { name: 'page.md', text: '# page' },
  { name: 'monthly_20261205.json', text: '{}', published: true },
] as const
const task = publishing({ findings: [], attachments }, 'monthly_')

function setup() {
  const { hub } = parseConfig(
    JSON.stringify({ hubs: { hub: { database: { path: 'hub.db' } } } }),
    'test',
  ).hubs
  if (hub === undefined) throw new Error('there is no hub')
  const now = () => new Date('2026-12-05T12:00:00Z')
  const store = memoryStore()
  const drivers: RunnerDrivers = {
    ledger: createLedger({ records: memoryRecords(), hub: 'hub', timeZone: 'UTC', tasks: [], now }),
    // As on AWS: what the runner may not do is refused.
    store: restrictStore(store, runnerGrants(task), 'probe'),
    metrics: { publish: async () => {} },
    alerts: { send: async () => {} },
    connect: () => async () => ({}),
    now,
    owner: 'test',
    lease: minutes(2),
    heartbeat: false,
  }
  const request: RunRequest = {
    hub: { ...hub, id: 'hub' },
    input: {},
    scheduledFor: null,
    at: null,
    dryRun: false,
    progress: { step: () => {} },
  }
  return { drivers, request, store }
}

const keysOf = async (...[of, request, drivers]: Parameters<typeof runTask>): Promise<string[]> => {
  const outcome = await runTask(of, request, drivers)
  if (outcome.kind !== 'ran') throw new Error(outcome.kind)
  return outcome.report.artifacts.map(({ key }) => key)
}

describe('a document that other programs look for', () => {
  it('is kept under its own name, the others beside the report', async () => {
    const { drivers, request, store } = setup()
    const keys = await keysOf(task, request, drivers)
    expect(keys).toEqual([
      expect.stringMatching(/^reports\/probe\/\w+\/page\.md$/),
      'reports/monthly_20261205.json',
    ])
    for (const key of keys) expect(store.keys()).toContain(key)
  })

  it('of a run that pretends another moment stays beside its report', async () => {
    const { drivers, request } = setup()
    const keys = await keysOf(task, { ...request, at: new Date('2026-11-05T12:00:00Z') }, drivers)
    expect(keys[1]).toMatch(/^reports\/probe\/\w{26}\/monthly_20261205\.json$/)
  })

  it('never takes the place of an earlier one: the run goes into its name, and the report says so', async () => {
    const { drivers, request, store } = setup()
    await keysOf(task, request, drivers)
    const again = publishing(
      { findings: [], attachments: [{ name: 'monthly_20261205.json', text: '{"new":1}', published: true }] },
      'monthly_',
    )
    const [key = ''] = await keysOf(again, request, drivers)
    expect(key).toMatch(/^reports\/monthly_20261205-\w{26}\.json$/)
    const texts = await Promise.all(
      ['reports/monthly_20261205.json', key].map(async (each) =>
        new TextDecoder().decode((await store.get(each))?.body),
      ),
    )
    expect(texts).toEqual(['{}', '{"new":1}'])
  })

  it('is left by nobody in a dry run', async () => {
    const { drivers, request, store } = setup()
    expect(await keysOf(task, { ...request, dryRun: true }, drivers)).toEqual([])
    expect(store.keys()).toEqual([])
  })

  it.each([
    ['declares nothing', publishing({ findings: [], attachments })],
    ['declares other names', publishing({ findings: [], attachments }, 'weekly_')],
  ])('fails a task that %s, whose report does not name it', async (_, undeclared) => {
    const { drivers, request, store } = setup()
    await expect(runTask(undeclared, request, drivers)).rejects.toMatchObject({
      report: { status: 'failed', artifacts: [{ key: expect.stringContaining('page.md') }] },
    })
    expect(store.keys().filter((key) => key.includes('monthly_'))).toEqual([])
  })

  it('is all that its task may create there', () => {
    const prefixes = (of: Parameters<typeof runnerGrants>[0]): string[] =>
      runnerGrants(of)
        .filter(({ prefix }) => prefix.startsWith('reports/'))
        .map(({ prefix, verbs }) => `${prefix} ${verbs}`)
    expect(prefixes(task)).toEqual(['reports/probe/ read,create', 'reports/monthly_ read,create'])
    expect(prefixes(publishing({ findings: [] }))).toEqual(['reports/probe/ read,create'])
  })
})
