import type { Tellable } from '@hubkeeper/audit'
import { type CheckId, type Finding, finding, worstFirst } from '@hubkeeper/core'

/** How many findings of one check, and lines of one finding, a report shows. */
export const shownAtMost = 100

/**
 * The worst findings of a check, and one in place of all others; `audit.json` has them all.
 *
 * @param expectedOf what is expected of the others together; nothing by default
 */
export function bounded(
  check: CheckId,
  tellables: readonly Tellable[],
  expectedOf: (others: readonly Finding[]) => Finding['expected'] = () => null,
): Tellable[] {
  if (tellables.length <= shownAtMost) return [...tellables]
  const byFinding = new Map(tellables.map((each) => [each.finding, each]))
  const sorted = worstFirst([...byFinding.keys()]).flatMap((each) => byFinding.get(each) ?? [])
  const rest = sorted.slice(shownAtMost)
  const worst = rest[0]?.finding.status ?? 'unknown'
  const more = finding(check, worst, {
    subject: 'others',
    expected: expectedOf(rest.map((each) => each.finding)),
    actual: `${rest.length.toLocaleString('en')} more, none of them worse than ${worst}: see audit.json beside the report`,
  })
  return [...sorted.slice(0, shownAtMost), { finding: more, about: rest.flatMap(({ about }) => about) }]
}

/** At most so many lines, and how many more there are. */
export const boundedLines = (lines: readonly string[]): string[] =>
  lines.length <= shownAtMost
    ? [...lines]
    : [...lines.slice(0, shownAtMost), `and ${(lines.length - shownAtMost).toLocaleString('en')} more`]
