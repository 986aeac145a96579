import {
  type Datapoint,
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
  type TaskResult,
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
  { name: 'health-check', schedule: daily('09:00'), limits },
  { name: 'backup', schedule: daily('04:30'), limits },
  { name: 'database-maintenance', schedule: weekly('sunday', '14:15'), limits },
  { name: 'security-audit', schedule: monthly(2, 'wednesday', '10:00'), limits },
  { name: 'disaster-recovery-test', schedule: onDemand, limits },
]

/** A deployed hub that grows by 40 MiB a day from 1 GiB on, and whose backups take longer with it. */
const deployed: readonly RunMade[] = [
  ...Array.from({ length: 90 }, (_, day): RunMade => {
    const bytes = gibibytes(1) + mebibytes(40) * day
    const api = finding('api.available', day === 80 ? 'critical' : 'ok', { subject: '/health' })
    return {
      task: 'health-check',
      at: ago(89.05 - day),
      figures: [figure('database.size', bytes, 'bytes', 'hub.db')],
      findings: [api],
    }
  }),
  ...Array.from({ length: 90 }, (_, day) => ({
    task: 'backup',
    at: ago(89.2 - day),
    seconds: 100 + 4 * day,
  })),
  ...Array.from(
    { length: 13 },
    (_, week): RunMade => ({
      task: 'database-maintenance',
      at: ago(7 * (12 - week) + 1),
      figures: [
        ...tableFigures('articles', 1000 * week, mebibytes(200) * week),
        ...(week < 9 ? tableFigures('drafts', 10, 4096) : []),
      ],
    }),
  ),
  {
    task: 'security-audit',
    at: ago(40),
    figures: [figure('security.score', 90, 'count'), figure('security.issues', 0, 'count', 'critical')],
  },
  {
    task: 'security-audit',
    at: ago(12),
    figures: [figure('security.score', 70, 'count'), figure('security.issues', 2, 'count', 'critical')],
  },
  {
    task: 'disaster-recovery-test',
    at: ago(7),
    scheduledFor: null,
    figures: [
      figure('drill.rto', 1200, 'seconds'),
      figure('recovery.stage', 500, 'seconds', 'read back'),
      figure('recovery.stage', 400, 'seconds', 'prove'),
      figure('recovery.stage', 0, 'seconds', 'files'),
      figure('recovery.stage', 300, 'seconds', 'start-up'),
    ],
  },
]

const kept = (runs: readonly RunMade[], more: Partial<Kept> = {}): Kept => ({
  at,
  tasks,
  reports: runs.map(reportOf),
  ...more,
})

const reviewed = async (of: Kept): Promise<TaskResult & { document: Architecture }> => {
  const result = await review(architectureReview, of)
  return {
    ...result,
    document: architectureSchema.parse(JSON.parse(documentIn(result, 'architecture.json'))),
  }
}

describe('an architecture review of functions', () => {
  it('tells what of their scratch disk, time and recovery time is left', async () => {
    const { document, findings } = await reviewed(kept(deployed))
    const limitOf = (name: string) => document.limits.find((each) => each.name === name)
    const size = gibibytes(1) + mebibytes(40) * 89
    // 5 GiB are left for one copy: (5120 − 4584) ÷ 40 days.
    expect(limitOf('scratch disk of a function')).toMatchObject({
      now: size,
      limit: gibibytes(5),
      twice: false,
      expected: expect.stringMatching(/^2027-01-03/),
    })
    expect(findingIn(findings)('growth.forecast', 'scratch disk of a function').status).toBe('critical')
    expect(limitOf('time of backup')).toMatchObject({ now: 456, limit: 900, twice: false })
    // 900 of 1200 seconds grow with the size, which may take 3300.
    expect(limitOf('recovery time')?.limit).toBeCloseTo((size / 900) * 3300, -1)
    expect(document.vanishedTables).toMatchObject([{ table: 'drafts' }])
    expect(document.growth.map(({ of }) => of)).toEqual(['hub.db', 'articles'])
    expect(document.recommendations.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['close-flaws', 'see-score', 'make-room:scratch-disk-of-a-function']),
    )
    expect(document.cost.parts[0]?.perMonth).toBeGreaterThan(0)
  })

  it('of the hub’s own machine tells what is left of its disk, and when proofs are ended', async () => {
    const here = tasks.map(({ name, schedule }) => ({ name, schedule }))
    const sized = deployed.map((run) =>
      run.task === 'backup'
        ? {
            ...run,
            figures: [
              figure('backups.size', gibibytes(9), 'bytes'),
              figure('backup.proof-duration', 300, 'seconds', 'hub.db'),
            ],
          }
        : run,
    )
    const { document } = await reviewed(kept(sized, { tasks: here, freeBytes: gibibytes(5) }))
    const size = gibibytes(1) + mebibytes(40) * 89
    const disk = document.limits.find(({ name }) => name === 'disk')
    expect(disk?.limit).toBeCloseTo(size * (1 + gibibytes(5) / (size + gibibytes(9))), -1)
    expect(disk?.because).toBe(
      '5.0 GiB are free beside 4.5 GiB of database and 9.0 GiB of backups, which grow with it',
    )
    expect(document.limits.map(({ name }) => name)).toEqual(['disk', 'time of a proof', 'recovery time'])
    expect(document.limits[1]).toMatchObject({ now: 300, limit: 900, twice: true, expected: null })
    const { findings } = await reviewed(kept(deployed, { tasks: here }))
    expect(findingIn(findings)('capacity.headroom', 'disk')).toMatchObject({
      status: 'unknown',
      actual: 'how large the disk is, is not told: set analysis.limits.diskBytes',
    })
  })

  it('says how much history it takes where there is none, and gives what it can', async () => {
    const { document, findings } = await reviewed(kept([]))
    const evidence = findingIn(findings)('review.evidence', null)
    expect(evidence).toMatchObject({ status: 'unknown', actual: 'no run left a report since 2026-09-14' })
    expect(evidence.evidence[0]).toContain('5 days, over 14 days at least')
    expect(findingIn(findings)('availability.budget', 'quarter')).toMatchObject({ actual: 'nobody looked' })
    expect(document).toMatchObject({ growth: [], since: null, figures: { databaseBytes: null } })
    expect(document.recommendations.map(({ id }) => id)).toContain('test-recovery')
    expect(findings.filter(({ status }) => status === 'critical')).toEqual([])
  })

  it('says what it could not read: a report, and the last review', async () => {
    const last = reportOf({ task: 'architecture-review', at: ago(91) })
    const { document, findings } = await reviewed(
      kept([...deployed], {
        reports: [...deployed.map(reportOf), last],
        attachments: {
          [keys.attachment('architecture-review', last.run, 'architecture.json')]: '{"schema":7}',
          [keys.report('backup', reportOf({ task: 'backup', at: ago(3) }).run, 'json')]: '<html>',
        },
      }),
    )
    expect(document.since).toBeNull()
    expect(findingIn(findings)('review.evidence', 'backup')).toMatchObject({
      status: 'unknown',
      actual: '1 report cannot be read',
    })
    expect(findingIn(findings)('review.evidence', 'architecture-review').actual).toContain(last.run)
  })

  it('skips the error budget of a hub without an API', async () => {
    const none = { task: 'health-check', at: ago(1), findings: [finding('api.available', 'skipped')] }
    const { document, findings } = await reviewed(kept([none]))
    expect(findingIn(findings)('availability.budget', 'quarter').status).toBe('skipped')
    expect(document.recommendations.map(({ id }) => id)).not.toContain('watch-api')
  })

  it('takes names from outside for text', async () => {
    const hostile = '<script>alert(1)</script>\u001b[31m\n# x'
    const runs = [1, 8, 15, 22, 29].map((day) => ({
      task: 'database-maintenance',
      at: ago(day),
      figures: tableFigures(hostile, 1, 4096),
    }))
    const result = await reviewed(kept(runs))
    expect(documentIn(result, 'architecture.html')).not.toContain('<script>alert')
    expect(documentIn(result, 'architecture.md')).not.toMatch(/^# x/m)
    expect(result.document.growth[0]?.of).toBe(hostile)
  })

  it('is judged by looks of the probe', async () => {
    const looks = Array.from(
      { length: 92 * 24 },
      (_, hour): Datapoint => ({
        ...{ hub: 'hub', name: 'api.available', subject: null, unit: 'count' },
        at: new Date(ago(92).getTime() + hour * minutes(60)),
        value: hour % 24 === 0 ? 0.5 : 1,
      }),
    )
    const { findings } = await reviewed(kept(deployed, { looks }))
    const found = findingIn(findings)('availability.budget', 'quarter')
    expect(found.status).toBe('critical')
    // Half an hour a day is 2.08 % of it, where 0.5 % are allowed.
    expect(found.actual).toBeCloseTo((0.5 / 24 / 0.005) * 100, 3)
  })
})
