import { changePercent, formatValue } from '@hubkeeper/core'
import { type Cell, percentText, type Section, signedText } from '@hubkeeper/review'
import type { Architecture, Compared } from './document.ts'

/** A figure that reviews compare, for people. */
interface ComparedLine {
  readonly name: string
  readonly value: string
}

/** Name of the share of the time in which the API answered. */
export const answeredLine = 'API answered'

/** Name of the estimate of the cost. */
export const costLine = 'cost a month'

/** Figures that reviews compare, for people. */
export function comparedLines(figures: Compared, currency: string): ComparedLine[] {
  const { answered, costPerMonth, databaseBytes, growthPerDay, recoverySeconds, securityScore } = figures
  return [
    { name: 'database', value: formatValue(databaseBytes, 'bytes') },
    { name: 'growth a day', value: growthPerDay === null ? '–' : signedText(growthPerDay, 'bytes') },
    { name: answeredLine, value: answered === null ? '–' : percentText(answered) },
    { name: 'recovery', value: formatValue(recoverySeconds, 'seconds') },
    { name: 'security score', value: securityScore === null ? '–' : securityScore.toFixed(1) },
    { name: costLine, value: `${costPerMonth.toFixed(2)} ${currency}` },
  ]
}

/** By how much each of them changed, in their order. */
function changesSince(now: Compared, then: Compared): string[] {
  const relative = (of: (figures: Compared) => number | null): string => {
    const [is, was] = [of(now), of(then)]
    const percent = is === null || was === null ? null : changePercent(is, was)
    return percent === null ? '–' : `${signOf(percent)}${formatValue(Math.abs(percent), 'percent')}`
  }
  const points = (of: (figures: Compared) => number | null, places: number): string => {
    const [is, was] = [of(now), of(then)]
    return is === null || was === null
      ? '–'
      : `${signOf(is - was)}${Math.abs(is - was).toFixed(places)} points`
  }
  return [
    relative(({ databaseBytes }) => databaseBytes),
    relative(({ growthPerDay }) => growthPerDay),
    points(({ answered }) => (answered === null ? null : answered * 100), 3),
    relative(({ recoverySeconds }) => recoverySeconds),
    points(({ securityScore }) => securityScore, 1),
    relative(({ costPerMonth }) => costPerMonth),
  ]
}

const signOf = (change: number): string => (change < 0 ? '−' : '+')

/** What changed since the last review. */
export function sinceSection(document: Architecture, previous: Architecture | null): Section {
  const { cost, figures, recommendations, since } = document
  const heading = 'Since the last review'
  if (since === null) {
    return { heading, blocks: [{ kind: 'paragraph', text: 'There is no earlier review to compare with.' }] }
  }
  const currency = previous?.cost.currency ?? cost.currency
  const before = comparedLines(since.figures, currency)
  const changes = changesSince(figures, since.figures)
  const rows = comparedLines(figures, cost.currency).map(({ name, value }, i): Cell[] => [
    name,
    before[i]?.value ?? '–',
    value,
    changes[i] ?? '–',
  ])
  const known = [...recommendations, ...(previous?.recommendations ?? [])]
  const titleOf = (id: string): string => known.find((each) => each.id === id)?.title ?? id
  const titlesOf = (ids: readonly string[]): string =>
    ids.length === 0 ? 'none' : ids.map(titleOf).join('; ')
  const { added, remaining, settled } = since.recommendations
  return {
    heading,
    blocks: [
      {
        kind: 'table',
        caption: `Compared with ${since.at.slice(0, 10)}`,
        header: ['figure', 'then', 'now', 'change'],
        rows,
        right: [1, 2, 3],
      },
      {
        kind: 'list',
        items: [
          `${added.length} new: ${titlesOf(added)}`,
          `${remaining.length} still open: ${titlesOf(remaining)}`,
          `${settled.length} settled: ${titlesOf(settled)}`,
        ],
      },
    ],
  }
}
