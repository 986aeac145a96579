import { checkOf, type Finding, type Report } from '@hubkeeper/core'
import type { Section } from '@hubkeeper/review'
import type { ContentContext } from './context.ts'

/** Checks whose numbers are compared with those of the run before. */
const compared = [
  'content.empty',
  'content.duplicate',
  'content.oversized',
  'content.encoding',
  'content.stale',
  'search-index.consistent',
] as const

/** The run before this one; null when there is none that can be read. */
export const runBefore = ({ at, reports }: Pick<ContentContext, 'at' | 'reports'>): Promise<Report | null> =>
  reports.newest('content-optimization', at)

/** What became of the numbers since the run before; nothing where there was none. */
export function sinceSection(before: Report | null, findings: readonly Finding[]): Section[] {
  if (before === null) return []
  const rows = compared.flatMap((check) =>
    findings
      .filter((each) => each.check === check && typeof each.actual === 'number')
      .flatMap(({ actual, subject, unit }) => {
        const then = before.findings.find((each) => each.check === check && each.subject === subject)?.actual
        const change = typeof then === 'number' && typeof actual === 'number' ? actual - then : null
        if (change === null) return []
        const name = `${checkOf(check).title}${unit === 'percent' ? ' (percent)' : ''}`
        return [[name, subject ?? '', String(then), String(actual), signed(change)]]
      }),
  )
  if (rows.length === 0) return []
  return [
    {
      heading: 'Since the run before',
      blocks: [
        {
          kind: 'table',
          caption: `Compared with ${before.startedAt.slice(0, 10)}, run ${before.run}`,
          header: ['check', 'of', 'then', 'now', 'change'],
          rows,
          right: [2, 3, 4],
        },
      ],
    },
  ]
}

const signed = (change: number): string =>
  change > 0 ? `+${Math.round(change * 10) / 10}` : String(Math.round(change * 10) / 10)
