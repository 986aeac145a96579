import { join } from 'node:path'
import { days, type Task } from '@hubkeeper/core'
import { type Checklist, type ChecklistCadence, type ChecklistItem, checklistsAt } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createProgram } from '../../cli/src/main.ts'
import { parseMoment } from '../../cli/src/options.ts'
import type { Terminal } from '../../cli/src/terminal/terminal.ts'
import { withEmbedded } from '../../cli/src/with-embedded.ts'
import { cleanup } from '../../functions/cleanup/task.ts'
import { contentOptimization } from '../../functions/content-optimization/task.ts'
import { databaseMaintenance } from '../../functions/database-maintenance/task.ts'
import { healthCheck } from '../../functions/health-check/task.ts'
import { hubkeeper } from '../support/cli.ts'
import { configuredIn } from '../support/configured.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { about, advisory, until } from '../support/osv-records.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { servedHub } from '../tasks/support/audited-hub.ts'
import { runWithinProcess } from '../tasks/support/within-process.ts'

const shownSchema = z.strictObject({
  schema: z.literal(1),
  hub: z.literal('hub'),
  at: z.iso.datetime(),
  checklists: z.array(
    z.strictObject({
      cadence: z.string(),
      state: z.enum(['complete', 'open', 'failed']),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      items: z.array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          signed: z.boolean(),
          state: z.enum(['ticked', 'open', 'failed']),
          status: z.enum(['ok', 'warning', 'critical']),
          evidence: z.array(z.string()),
        }),
      ),
    }),
  ),
})

type Place = Pick<TestHub, 'directory'>

/** A checklist as what runs have left makes it. */
const checklistOf = async (
  { directory }: Place,
  cadence: ChecklistCadence,
  at = new Date(),
): Promise<Checklist> => {
  const configured = await configuredIn(directory)
  return withEmbedded(configured, async ({ connect, ledger }) => {
    const { reports } = await connect({ reports: 'read' })
    const sources = { at, hub: configured.hub, ledger, reports }
    const [checklist] = await checklistsAt(sources, [cadence])
    if (checklist === undefined) throw new Error(`no ${cadence} checklist`)
    return checklist
  })
}

const itemOf = async (
  hub: Place,
  cadence: ChecklistCadence,
  id: string,
  at = new Date(),
): Promise<ChecklistItem> => {
  const found = (await checklistOf(hub, cadence, at)).items.find((item) => item.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}

const statesOf = async (hub: Place, cadence: ChecklistCadence): Promise<Record<string, string>> =>
  Object.fromEntries((await checklistOf(hub, cadence)).items.map(({ id, state }) => [id, state]))

const run = ({ directory }: Place, task: Task) => runWithinProcess(directory, task)

describe('runs tick a checklist', () => {
  it('of the day', async () => {
    const hub = sampleHub()
    hub.configure({
      logs: { files: ['logs/*.log'] },
      services: [{ name: 'this test', process: process.execPath }],
      thresholds: { 'disk.usage': { warning: 100, critical: null } },
    })
    await run(hub, healthCheck)
    const states = await statesOf(hub, 'daily')
    expect(states).toMatchObject({
      'system-health-check-completed': 'ticked',
      'database-accessible-and-healthy': 'ticked',
      // No API is configured: that is nothing that a run could see.
      'api-endpoints-responding': 'open',
      'all-services-running': 'ticked',
    })
    hub.configure({ services: [{ name: 'the hub', process: 'a program that nobody ever started' }] })
    await run(hub, healthCheck)
    expect(await itemOf(hub, 'daily', 'all-services-running')).toMatchObject({
      state: 'failed',
      status: 'critical',
    })
  })

  it('of the week: whether maintenance rewrites the database or finds it compact', async () => {
    const hub = sampleHub()
    hub.configure({ database: { crossCheckMaxBytes: 0 } })
    const item = () => itemOf(hub, 'weekly', 'database-optimized-and-backed-up')
    expect(await item()).toMatchObject({ state: 'open' })
    for (const found of [/ to /, /^nothing to gain/]) {
      const { finding } = await run(hub, databaseMaintenance)
      expect(finding('database.compaction')).toMatchObject({
        status: 'ok',
        actual: expect.stringMatching(found),
      })
      expect(await item()).toMatchObject({ state: 'ticked' })
    }
    await run(hub, cleanup)
    expect(await statesOf(hub, 'weekly')).toMatchObject({
      'old-backups-cleaned-up': 'ticked',
      'resource-usage-monitored': 'open',
    })
  })

  it('of the week: not while a flaw has a fix that is not there', async () => {
    const { hub, osv } = await servedHub({
      installed: { lamp: '1.3.0' },
      files: { 'requirements.txt': 'lamp==1.3.0\n' },
    })
    const item = () => itemOf(hub, 'weekly', 'dependencies-updated')
    await hub.audit()
    expect(await item()).toMatchObject({ state: 'failed', status: 'critical' })
    osv.serve([advisory('PYSEC-2026-9', about('lamp', { versions: ['1.3.0'] }))])
    const { finding } = await hub.audit()
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('warning')
    expect(await item()).toMatchObject({ state: 'ticked' })
    osv.serve([
      advisory('PYSEC-2026-9', about('lamp', { versions: ['1.3.0'] })),
      advisory('PYSEC-2026-10', about('lamp', { ranges: [until('1.3.2')] })),
    ])
    await hub.audit()
    expect(await item()).toMatchObject({ state: 'failed' })
  })

  it('of the month: a search index that was made anew is optimized, one that still differs is not', async () => {
    const hub = sampleHub({ articles: 40 })
    const columns = { title: 'title', topic: 'topic', body: 'body' }
    const source = { index: 'article_search', table: 'articles', columns }
    const item = () => itemOf(hub, 'monthly', 'search-indexes-optimized')
    const configured = { analysis: { searchIndex: { sources: [source] } } }
    hub.configure({ ...configured, database: { crossCheckMaxBytes: 0 } })
    hub.execute('DROP TRIGGER articles_removed; DELETE FROM articles WHERE id % 5 = 0')
    await run(hub, contentOptimization)
    const mended = await item()
    expect(mended).toMatchObject({ state: 'ticked' })
    expect(mended.evidence.join('\n')).toMatch(/differed; none since it was made anew, warning/)
    expect(await itemOf(hub, 'monthly', 'content-quality-checked')).toMatchObject({ state: 'ticked' })
    // Its rows are only changed while nobody has the database open.
    hub.configure({ ...configured, database: { authority: 'server', crossCheckMaxBytes: 0 } })
    hub.execute('DELETE FROM articles WHERE id % 7 = 0')
    await run(hub, contentOptimization)
    expect(await item()).toMatchObject({ state: 'failed' })
  })
})

describe('hubkeeper checklist', () => {
  it('shows every item with its evidence, and exits 0 while nothing failed', async () => {
    const hub = sampleHub()
    const before = await hubkeeper(hub.directory, ['checklist'])
    expect(before.code).toBe(0)
    for (const cadence of ['daily', 'weekly', 'monthly', 'quarterly']) {
      expect(before.out).toMatch(
        new RegExp(`^○ open ${cadence} checklist of hub: 0 of 6 ticked, 6 open`, 'm'),
      )
    }
    await run(hub, healthCheck)
    const { code, out } = await hubkeeper(hub.directory, ['checklist', 'daily', '--json'])
    expect(code).toBe(0)
    const { checklists } = shownSchema.parse(JSON.parse(out))
    expect(checklists).toHaveLength(1)
    expect(checklists[0]).toMatchObject({ cadence: 'daily', state: 'open' })
    const shown = await hubkeeper(hub.directory, ['checklist', 'daily'])
    expect(shown.out).toMatch(/^ {2}✔ Database accessible and healthy \(database-accessible-and-healthy\)$/m)
    expect(shown.out).toMatch(/^ {6}health-check of \S+ \S+ UTC \(run [0-9A-Z]{26}\):$/m)
    const later = new Date(Date.now() + days(2)).toISOString()
    const then = await hubkeeper(hub.directory, ['checklist', 'daily', '--at', later, '--json'])
    expect(shownSchema.parse(JSON.parse(then.out)).checklists[0]?.items[0]).toMatchObject({ state: 'open' })
  })

  it('is not ticked by a run that pretends another moment', async () => {
    const hub = sampleHub()
    const at = new Date(Date.now() + days(20)).toISOString()
    const { out } = await hubkeeper(hub.directory, ['run', 'health-check', '--at', at, '--json'])
    expect(out).toContain(`"pretendedAt": "${at}"`)
    const shown = await hubkeeper(hub.directory, ['checklist', 'daily'])
    expect(shown.out).toMatch(/^○ open daily checklist of hub: 0 of 6 ticked, 6 open/)
  })

  it('exits 1 when an item failed', async () => {
    const hub = sampleHub()
    hub.configure({ services: [{ name: 'the hub', process: 'a program that nobody ever started' }] })
    await run(hub, healthCheck)
    const { code, out } = await hubkeeper(hub.directory, ['checklist', 'daily'])
    expect(code).toBe(1)
    expect(out).toMatch(/^✖ failed daily checklist of hub: .* 1 failed/m)
    expect(out).toMatch(/^ {2}✖ failed All services running/m)
    expect((await hubkeeper(hub.directory, ['checklist', 'weekly'])).code).toBe(0)
  })

  it('knows its cadences', async () => {
    const hub = sampleHub()
    for (const args of [['continuous'], ['yearly'], ['daily', '--at', 'noon']]) {
      expect((await hubkeeper(hub.directory, ['checklist', ...args])).code).toBe(2)
    }
  })

  it.each([
    ['2026-12-01T10:00:00Z', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01T10:00+02:00', '2026-12-01T08:00:00.000Z'],
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T10:00', 'another zone'],
    ['2026-02-30T10:00:00Z', 'no such day'],
    ['2026-12-01T25:00:00Z', 'another zone'],
  ])('takes a moment that is the same for everybody: %s', (text, told) => {
    const read = (): string => parseMoment(text).toISOString()
    if (told.startsWith('2026')) expect(read()).toBe(told)
    else expect(read).toThrow(told)
  })
})

describe('hubkeeper sign', () => {
  it('ticks what only a person can know, until it ends', async () => {
    const hub = sampleHub()
    const until = new Date(Date.now() + days(100)).toISOString().slice(0, 10)
    const args = ['sign', 'Team training', '--by', 'anna', '--note', 'course of November', '--until', until]
    const signed = await hubkeeper(hub.directory, [...args, '--json'])
    expect(signed).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(signed.out)).toMatchObject({
      schema: 1,
      hub: 'hub',
      signature: { item: 'team-training-updated', by: 'anna', note: 'course of November' },
    })
    // A day counts to its end.
    const end = Date.parse(until) + days(1)
    const at = (time: number) => itemOf(hub, 'quarterly', 'team-training-updated', new Date(time))
    expect(await at(end - 1)).toMatchObject({
      state: 'ticked',
      evidence: [expect.stringMatching(/^signed by anna at .*: course of November$/)],
    })
    expect(await at(end)).toMatchObject({
      state: 'open',
      evidence: [expect.stringMatching(/^what anna signed ended at /)],
    })
  })

  it('may be withdrawn, once, by who says why', async () => {
    const hub = sampleHub()
    const sign = (...args: readonly string[]) => hubkeeper(hub.directory, ['sign', 'team', ...args])
    const nothing = await sign('--withdraw', '--note', 'x')
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('no signature to withdraw') })
    await sign('--by', 'anna', '--note', 'course of November')
    const withdrawn = await sign('--withdraw', '--by', 'ben', '--note', 'it was put off', '--json')
    expect(JSON.parse(withdrawn.out)).toMatchObject({
      signature: { item: 'team-training-updated', by: 'ben' },
      withdrawn: { by: 'anna', note: 'course of November' },
    })
    expect(await itemOf(hub, 'quarterly', 'team-training-updated')).toMatchObject({
      state: 'open',
      evidence: [expect.stringMatching(/^withdrawn by ben at .* \(it was put off\): hubkeeper sign /)],
    })
    expect((await sign('--withdraw', '--note', 'x')).code).toBe(2)
  })

  it('of several processes at once are all kept', async () => {
    const hub = sampleHub()
    const items = ['team', 'documentation', 'monitoring', 'security-policies']
    const all = await Promise.all(
      items.map((item) => hubkeeper(hub.directory, ['sign', item, '--note', 'at once'])),
    )
    expect(all.map(({ err }) => err)).toEqual(['', '', '', ''])
    const signed = await withEmbedded(await configuredIn(hub.directory), ({ ledger }) => ledger.signatures())
    expect(signed).toHaveLength(4)
  })

  it('refuses what evidence decides, and says so', async () => {
    const hub = sampleHub()
    const sign = (item: string) => hubkeeper(hub.directory, ['sign', item, '--note', 'trust me'])
    expect(await sign('disk-space-below-80-percent')).toMatchObject({
      code: 2,
      err: expect.stringContaining('ticked by evidence alone, which is not there yet'),
    })
    hub.configure({ services: [{ name: 'the hub', process: 'a program that nobody ever started' }] })
    await run(hub, healthCheck)
    const failed = await sign('all services')
    expect(failed).toMatchObject({ code: 2, out: '' })
    expect(failed.err).toContain('a signature does not change that')
    expect(failed.err).toContain('services.running the hub')
    expect(await sign('database-accessible')).toMatchObject({
      code: 2,
      err: expect.stringContaining('its evidence has ticked it already'),
    })
    const api = await sign('api-endpoints-responding')
    expect(api).toMatchObject({ code: 0, out: expect.stringContaining('signed by') })
    expect(await itemOf(hub, 'daily', 'api-endpoints-responding')).toMatchObject({
      state: 'ticked',
      signed: true,
    })
  })

  const silent: Terminal = { out: () => {}, err: () => {}, interactive: false, paint: (_, text) => text }

  it.each([
    ['an item that there is not', ['team-traning', '--note', 'x'], 'no checklist has an item team-traning'],
    ['one of two', ['security', '--note', 'x'], 'security-audit-completed or security-policies-updated'],
    ['an empty note', ['team', '--note', ' '], '--note: there is no word in it'],
    ['a name that nobody sees', ['team', '--note', 'x', '--by', '\u200b'], '--by: there is no word in it'],
    ['a long note', ['team', '--note', 'x'.repeat(501)], '--note'],
    ['an empty name', ['team', '--note', 'x', '--by', ''], '--by'],
    ['an end that is past', ['team', '--note', 'x', '--until', '2020-01-01'], '--until'],
    ['an end that is far', ['team', '--note', 'x', '--until', '2099-01-01'], 'not within the next 366 days'],
  ])('refuses %s', async (_, args, message) => {
    const { directory } = sampleHub()
    const config = ['--config', join(directory, 'hubkeeper.json')]
    const command = createProgram(silent).parseAsync(['sign', ...args, ...config], { from: 'user' })
    const error = await command.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
  })

  it.each([
    ['no note', ['team'], '--note'],
    ['a day that there is not', ['team', '--note', 'x', '--until', '2026-02-30'], 'there is no such day'],
    ['no day at all', ['team', '--note', 'x', '--until', 'soon'], '--until'],
  ])('refuses %s', async (_, args, message) => {
    const { code, err, out } = await hubkeeper(temporaryDirectory(), ['sign', ...args])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })

  it('keeps a hostile note as one line of text', async () => {
    const hub = sampleHub()
    const note = 'done\u001b[2J\u001b]0;title\u0007\n✔ everything\u202egnp'
    const args = ['sign', 'documentation-updated', '--by', 'an\u001b[31mna', '--note', note]
    expect((await hubkeeper(hub.directory, args)).code).toBe(0)
    const { out } = await hubkeeper(hub.directory, ['checklist', 'monthly'])
    const line = out.split('\n').find((each) => each.includes('signed by'))
    expect(line).toMatch(/^ {6}signed by an na at .*: done ✔ everything\ufffdgnp$/)
    const json = await hubkeeper(hub.directory, ['checklist', 'monthly', '--json'])
    expect(json.out).not.toMatch(/\\u001b|\u202e/)
  })
})
