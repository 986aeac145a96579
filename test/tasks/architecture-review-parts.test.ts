import {
  daily,
  days,
  type ExpectedTask,
  figure,
  finding,
  gibibytes,
  keys,
  mebibytes,
  minutes,
  monthly,
  onDemand,
  weekly,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { type Architecture, architectureSchema } from '../../functions/architecture-review/document.ts'
import { architectureReview } from '../../functions/architecture-review/task.ts'
import { type RunMade, reportOf, tableFigures } from '../review/support/histories.ts'
import { documentIn, type Kept, review } from '../review/support/reviewing.ts'
import { findingIn } from '../support/findings.ts'

const at = new Date('2026-12-21T10:00:00.000Z')
const ago = (count: number): Date => new Date(at.getTime() - days(count))

const limits = { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) }
const tasks: readonly ExpectedTask[] = [
  { name: 'backup', schedule: daily('04:30'), limits },
  { name: 'health-check', schedule: daily('09:00'), limits },
  { name: 'performance-analysis', schedule: monthly(1, 'wednesday', '10:00'), limits },
  { name: 'security-audit', schedule: monthly(2, 'wednesday', '10:00'), limits },
  { name: 'disaster-recovery-test', schedule: onDemand, limits },
  { name: 'database-maintenance', schedule: weekly('sunday', '14:15'), limits },
  { name: 'content-optimization', schedule: monthly(3, 'wednesday', '10:00'), limits },
]

/** A review of what these runs left. */
async function reviewed(runs: readonly RunMade[], more: Partial<Kept> = {}) {
  const result = await review(architectureReview, { at, tasks, reports: runs.map(reportOf), ...more })
  const document = architectureSchema.parse(JSON.parse(documentIn(result, 'architecture.json')))
  const limitOf = (name: string) => document.limits.find((each) => each.name === name)
  return { ...result, document, limitOf, markdown: documentIn(result, 'architecture.md') }
}

const backups = (change: (day: number) => Partial<RunMade>): RunMade[] =>
  Array.from({ length: 60 }, (_, day) => ({
    task: 'backup',
    at: ago(59.2 - day),
    seconds: 100,
    ...change(day),
  }))

const sized = (bytesOn: (day: number) => number): RunMade[] =>
  Array.from({ length: 90 }, (_, day) => ({
    task: 'health-check',
    at: ago(89.05 - day),
    figures: [figure('database.size', Math.round(bytesOn(day)), 'bytes', 'hub.db')],
  }))

describe('growth in an architecture review', () => {
  it('is that of tables with their indexes, also of those that only some runs measure', async () => {
    const maintained = Array.from(
      { length: 10 },
      (_, week): RunMade => ({
        task: 'database-maintenance',
        at: ago(7 * (9 - week) + 1),
        figures: [
          ...tableFigures('articles', 10, 1000 + 70 * week),
          figure('table.index-size', 500 + 7 * week, 'bytes', 'articles'),
          ...tableFigures('small', 1, 10),
        ],
      }),
    )
    // Measures the largest tables only.
    const analysed = {
      task: 'performance-analysis',
      at: ago(0.5),
      figures: tableFigures('articles', 10, 1640),
    }
    const indexes = figure('table.index-size', 564, 'bytes', 'articles')
    const { document } = await reviewed([
      ...maintained,
      { ...analysed, figures: [...analysed.figures, indexes] },
    ])
    expect(document.vanishedTables).toEqual([])
    expect(document.growth.map(({ of }) => of)).toEqual(['articles', 'small'])
    expect(document.growth[0]).toMatchObject({ bytes: 1640 + 564 })
    expect(document.growth[0]?.perDay?.value).toBeCloseTo(11, 0)
  })

  it('that grows itself is said to, on the page and for machines', async () => {
    const { document, findings, markdown } = await reviewed(
      sized((day) => gibibytes(1) + mebibytes(10) * day + mebibytes(0.2) * day ** 2),
    )
    expect(markdown).toContain('growth itself grows')
    const { growing } = document.growth[0] ?? {}
    expect(growing?.now).toBeGreaterThan((growing?.before ?? 0) * 1.5)
    const scratch = findingIn(findings)('growth.forecast', 'scratch disk of a function')
    expect(scratch.evidence.join('\n')).toContain('growth itself grows')
    // By the truth 10 + 0.4 × day MiB come a day: 5 GiB on day 120, in 31 days.
    expect(scratch.actual).toMatch(/^2027-01-2\d, in 3\d days/)
  })

  it('goes on after a VACUUM', async () => {
    const { document } = await reviewed(
      sized((day) => gibibytes(2) + mebibytes(10) * day - (day >= 50 ? mebibytes(900) : 0)),
    )
    expect(document.growth[0]?.perDay?.value).toBeCloseTo(mebibytes(10), -1)
    expect(document.growth[0]?.dropped).toHaveLength(1)
  })
})

describe('limits in an architecture review', () => {
  it('of time are reached by runs that were ended', async () => {
    const ended = backups((day) => (day >= 57 ? { seconds: 890, failed: true } : {})).map(reportOf)
    const reports = ended.map((report) =>
      report.error === null ? report : { ...report, error: { ...report.error, code: 'time-limit' } },
    )
    const { document, findings } = await reviewed([], { reports })
    expect(document.limits.find(({ name }) => name === 'time of backup')).toMatchObject({
      now: 900,
      limit: 900,
      twice: false,
      because: '3 of its last 10 runs ran out of time; a function is ended after 15 min',
    })
    expect(findingIn(findings)('capacity.headroom', 'time of backup').status).toBe('warning')
  })

  it('of memory are told from what was measured, and not known where nothing was', async () => {
    const none = await reviewed(backups(() => ({})))
    expect(none.limitOf('memory of a function')).toMatchObject({ now: null, twice: null })
    expect(findingIn(none.findings)('capacity.headroom', 'memory of a function')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('Max Memory Used'),
    })
    const content = {
      task: 'content-optimization',
      at: ago(3),
      figures: [figure('content.profile-memory', mebibytes(900), 'bytes', 'articles')],
    }
    const measured = await reviewed([...backups(() => ({})), content])
    expect(measured.limitOf('memory of a function')).toMatchObject({
      now: mebibytes(900),
      limit: mebibytes(1769),
      twice: false,
    })
  })

  it('of the recovery time are not known before a recovery was timed', async () => {
    const { findings, limitOf } = await reviewed(sized(() => gibibytes(1)))
    expect(limitOf('recovery time')).toMatchObject({ now: null, limit: null, twice: null })
    expect(findingIn(findings)('capacity.headroom', 'recovery time').status).toBe('unknown')
  })

  it('know of the last quarterly run, also where fourteen weeks lie between two', async () => {
    const drill = (day: number): RunMade => ({
      task: 'disaster-recovery-test',
      at: ago(day),
      figures: [figure('drill.rto', 60, 'seconds')],
    })
    expect((await reviewed([drill(97)])).document.figures.recoverySeconds).toBe(60)
    expect((await reviewed([drill(99)])).document.figures.recoverySeconds).toBeNull()
  })

  it('leave out a disk that the last health check did not see', async () => {
    const disks = (day: number, figures: RunMade['figures']) => ({
      task: 'health-check',
      at: ago(day),
      figures: figures ?? [],
    })
    const { document } = await reviewed([
      disks(3, [figure('disk.usage', 90, 'percent', '/old'), figure('disk.usage', 40, 'percent', '/')]),
      disks(2, [figure('disk.usage', 41, 'percent', '/')]),
    ])
    expect(document.limits.map(({ name }) => name)).toContain('fullest disk (/)')
  })

  it('do not say of the share of a disk whether twice as much fits, and recommend nothing for it', async () => {
    const usage = figure('disk.usage', 70, 'percent', '/')
    const { document, limitOf, markdown } = await reviewed([
      { task: 'health-check', at: ago(2), figures: [usage] },
    ])
    expect(limitOf('fullest disk (/)')).toMatchObject({ now: 70, limit: 80, twice: null, tenTimes: null })
    expect(document.recommendations.map(({ id }) => id)).not.toContain('make-room:fullest-disk-')
    expect(markdown).toContain(
      '| fullest disk (/) | 70.0 % of 80.0 % | – not told | – not told | – not told |',
    )
  })
})

describe('an architecture review', () => {
  it('says what an audit could not look at, and how old it is', async () => {
    const scan = finding('code.findings', 'unknown', { subject: 'bandit', actual: 'it is not installed' })
    const audit = (day: number, score: number, findings: RunMade['findings']) => ({
      task: 'security-audit',
      at: ago(day),
      figures: [figure('security.score', score, 'count'), figure('security.issues', 1, 'count', 'low')],
      findings: findings ?? [],
    })
    const { document, markdown } = await reviewed([audit(80, 90, []), audit(50, 92, [scan])])
    expect(document.security).toMatchObject({ score: 92, before: 90, open: { low: 1 } })
    expect(document.security?.unseen).toEqual([expect.stringMatching(/: bandit$/)])
    expect(markdown).toContain('49 days ago')
    expect(markdown).toContain('Nobody looked what is not supported any more.')
    expect(document.recommendations.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['audit-all', 'audit-security']),
    )
  })

  it('is compared with the last one that left a document, and names what was settled', async () => {
    const before = reportOf({ task: 'architecture-review', at: ago(91) })
    const failed = reportOf({ task: 'architecture-review', at: ago(60), failed: true })
    const drill = {
      task: 'disaster-recovery-test',
      at: ago(1),
      figures: [figure('drill.rto', 60, 'seconds')],
    }
    const first = await review(architectureReview, { at: ago(91), tasks, reports: [] })
    const old: Architecture = architectureSchema.parse(JSON.parse(documentIn(first, 'architecture.json')))
    const text = JSON.stringify({ ...old, run: before.run })
    const { document, markdown } = await reviewed([], {
      reports: [before, failed, reportOf(drill)],
      attachments: { [keys.attachment('architecture-review', before.run, 'architecture.json')]: text },
    })
    expect(document.since).toMatchObject({ run: before.run, recommendations: { settled: ['test-recovery'] } })
    expect(markdown).toContain('1 settled: Try a recovery')
  })

  it('says that the document of the last one is gone', async () => {
    const before = reportOf({ task: 'architecture-review', at: ago(91) })
    const { document, findings } = await reviewed([], { reports: [before] })
    expect(document.since).toBeNull()
    expect(findingIn(findings)('review.evidence', 'architecture-review')).toMatchObject({
      status: 'unknown',
      actual: `architecture.json of run ${before.run} is not there`,
    })
  })

  it('reads a document of the last one that lacks what was added since', async () => {
    const first = await review(architectureReview, {
      at: ago(91),
      tasks,
      reports: sized(() => 1e9).map(reportOf),
    })
    const text = documentIn(first, 'architecture.json')
    const added = ['dropped', 'growing', 'ofDatabase', 'whole', 'unseen']
    const older: unknown = JSON.parse(text, (key, value: unknown) =>
      added.includes(key) ? undefined : value,
    )
    expect(architectureSchema.safeParse(older).success).toBe(true)
  })

  it('takes of a size as a whole that one alone, and adds up parts where nobody measured the whole', async () => {
    const stored = async (...runs: readonly RunMade[]): Promise<string> =>
      (await reviewed(runs)).document.cost.assumptions.find((each) => each.startsWith('stored')) ?? ''
    const parts = [figure('logs.size', 1024, 'bytes', 'live'), figure('logs.size', 2048, 'bytes', 'rotated')]
    const rotation = { task: 'health-check', at: ago(1), figures: parts }
    const whole = { task: 'health-check', at: ago(2), figures: [figure('logs.size', 5120, 'bytes')] }
    expect(await stored(rotation)).toContain('logs 3.0 KiB')
    expect(await stored(whole, rotation)).toContain('logs 5.0 KiB')
  })

  it('says beside the share of the time that was answered how little of it is known', async () => {
    const looks = Array.from({ length: 1440 }, (_, minute) => ({
      ...{ hub: 'hub', name: 'api.available', subject: null, unit: 'count' as const, value: 1 },
      at: new Date(ago(1).getTime() + minutes(minute)),
    }))
    const { markdown } = await reviewed([], { looks })
    expect(markdown).toContain(
      '- API answered: **100 %** (of 1.0 % of the quarter: of the rest nothing is known)',
    )
  })

  it('calls a cost that was not measured in full the least that it is', async () => {
    const { document, markdown } = await reviewed(backups(() => ({})))
    expect(document.cost.whole).toBe(false)
    expect(markdown).toMatch(/At least \d+\.\d\d USD a month/)
    expect(document.cost.assumptions).toContain('not in it, for nobody measured them: database, backups')
  })
})
