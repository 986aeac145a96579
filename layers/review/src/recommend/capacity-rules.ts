import { formatBytes, formatValue } from '@hubkeeper/core'
import { type Capacity, staysBelow, takenText } from '../forecast/capacity.ts'
import { crossingText, daysTo, rateText } from '../forecast/words.ts'
import type { ReviewFacts } from './facts.ts'
import type { Recommendation, Risk } from './recommendation.ts'

/** Equal for the same subject in whatever form its letters are written; letters of every language tell others apart. */
const idOf = (rule: string, subject: string): string =>
  `${rule}:${subject
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')}`

/** A limit that growth reaches within a year, or that twice as much would reach. */
export const makeRoom = ({ at, capacities }: ReviewFacts): Recommendation[] =>
  capacities.flatMap((capacity): Recommendation[] => {
    const { because, crossing, effort, ifReached, name } = capacity
    const left = crossing?.expected == null ? null : daysTo(crossing.expected, at)
    const isNear = left !== null && left < 365
    if (!isNear && staysBelow(capacity, 2) !== false) return []
    return [
      {
        id: idOf('make-room', name),
        title: `Make room: ${name}`,
        evidence: [
          `${takenText(capacity)} are taken; ${because}`,
          ...(crossing === null ? [] : [`reached: ${crossingText(crossing, at)}`]),
        ],
        effort,
        risk: riskIn(left, capacity),
        ifNot: ifReached,
      },
    ]
  })

function riskIn(left: number | null, capacity: Capacity): Risk {
  if (capacity.crossing?.reached === true || (left !== null && left < 90)) return 'high'
  return left !== null && left < 365 ? 'medium' : 'low'
}

/** One table that makes up most of the growth. */
export function boundTable({ growth }: ReviewFacts): Recommendation[] {
  const tables = growth.flatMap(({ kind, of, trend }) =>
    kind === 'table' && typeof trend !== 'string' && trend.slopeLow > 0 ? [{ of, trend }] : [],
  )
  const all = tables.reduce((sum, { trend }) => sum + trend.slopePerDay, 0)
  const [most] = tables.toSorted((a, b) => b.trend.slopePerDay - a.trend.slopePerDay)
  // One of one is always all of it.
  if (most === undefined || tables.length < 2 || most.trend.slopePerDay < all * 0.6) return []
  const share = Math.round((most.trend.slopePerDay / all) * 100)
  return [
    {
      id: idOf('bound-table', most.of),
      title: `Decide for how long rows of ${most.of} are kept`,
      evidence: [`${share} % of the growth of all tables: ${rateText(most.trend.slopePerDay, 'bytes')}`],
      effort: 'a day, with a job that removes or archives old rows',
      risk: 'low',
      ifNot: 'it decides when every other limit is reached',
    },
  ]
}

/** Space in the file that nothing uses. */
export function giveBack({ databaseBytes, reclaimableBytes }: ReviewFacts): Recommendation[] {
  if (databaseBytes === null || reclaimableBytes === null || databaseBytes === 0) return []
  const share = reclaimableBytes / databaseBytes
  if (share < 0.25) return []
  return [
    {
      id: 'give-back',
      title: 'Let maintenance give back what the database does not use',
      evidence: [
        `${formatBytes(reclaimableBytes)} of ${formatBytes(databaseBytes)} would come free, ${Math.round(share * 100)} %`,
      ],
      effort: 'an hour: see database.vacuum in the configuration, and a window for it',
      risk: 'low',
      ifNot: 'every backup, proof and restore reads and keeps it as well',
    },
  ]
}

/** A recovery that takes more than half of what it may. */
export function recoverFaster({ recovery }: ReviewFacts): Recommendation[] {
  if (recovery === null || recovery.seconds < recovery.target / 2) return []
  return [
    {
      id: 'recover-faster',
      title: 'Bring the recovery time down',
      evidence: [
        `the last test took ${formatValue(recovery.seconds, 'seconds')}; ${formatValue(recovery.target, 'seconds')} is the target`,
      ],
      effort: 'days: backups nearer to the hub, or more memory for the functions',
      risk: recovery.seconds >= recovery.target ? 'high' : 'medium',
      ifNot: 'after a loss the hub is away for longer than was promised',
    },
  ]
}

/** No disaster-recovery test in the time. */
export const testRecovery = ({ recovery }: ReviewFacts): Recommendation[] =>
  recovery !== null
    ? []
    : [
        {
          id: 'test-recovery',
          title: 'Try a recovery: hubkeeper run disaster-recovery-test',
          evidence: ['no recovery was timed in this quarter'],
          effort: 'an hour',
          risk: 'medium',
          ifNot: 'nobody knows for how long the hub would be away',
        },
      ]
