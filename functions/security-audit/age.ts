import { days, finding, type HubConfig, type ReleaseIndex, type ScannerName } from '@hubkeeper/core'
import { type Look, lookOf } from './look.ts'

/** Scanners that their authors publish as packages, whose index knows from when each version is. */
const packages: Partial<Record<ScannerName, string>> = { bandit: 'bandit', 'pip-audit': 'pip-audit' }

/** When a version of a scanner was published; null where nobody tells. */
export async function publishedAt(
  releases: ReleaseIndex,
  scanner: ScannerName,
  version: string | null,
): Promise<Date | null> {
  const name = packages[scanner]
  if (name === undefined || version === null) return null
  const [answer] = await releases.releasesOf([{ ecosystem: 'PyPI', name }])
  if (answer?.state !== 'done') return null
  return answer.releases.find((release) => release.version === version)?.releasedAt ?? null
}

interface Dates {
  /** When the scanner was built or published. */
  readonly builtAt: Date | null
  /** When its data was last updated. */
  readonly databaseAt: Date | null
}

/** One date, as an age with its limit. */
interface Age {
  readonly rule: 'scanner' | 'database'
  /** Seconds. */
  readonly age: number
  readonly limit: number
  readonly words: string
}

/** How old a scanner is, and the data that it compares with. */
export function ageOf(
  scanner: ScannerName,
  { builtAt, databaseAt }: Dates,
  at: Date,
  { databaseMaxAgeDays, maxAgeDays }: HubConfig['audit']['scanners'],
): Look {
  const ages = [
    measured('scanner', 'it was built', builtAt, maxAgeDays, at),
    measured('database', 'its data was updated', databaseAt, databaseMaxAgeDays, at),
  ].filter((age) => age !== null)
  const worst = ages.toSorted((one, other) => other.age / other.limit - one.age / one.limit)[0]
  if (worst === undefined) {
    const actual = 'neither it nor the package index tells how old it is, and it has no dated data'
    const advice = 'see that it is updated: pin its release, and raise that from time to time'
    const look = lookOf(finding('scanner.age', 'unknown', { subject: scanner, actual, advice }))
    // It has looked at the hub all the same.
    return { ...look, partial: [] }
  }
  return lookOf(
    finding('scanner.age', worst.age > worst.limit ? 'warning' : 'ok', {
      subject: scanner,
      expected: worst.limit,
      actual: worst.age,
      evidence: [
        ...ages.map(({ words }) => words),
        ...(builtAt === null ? ['it does not tell when it was built'] : []),
      ],
    }),
    { rule: worst.rule },
  )
}

function measured(
  rule: Age['rule'],
  what: string,
  since: Date | null,
  limitDays: number,
  at: Date,
): Age | null {
  if (since === null) return null
  const age = Math.max(0, (at.getTime() - since.getTime()) / 1000)
  return {
    rule,
    age,
    limit: days(limitDays) / 1000,
    words: `${what} on ${since.toISOString().slice(0, 10)}`,
  }
}
