import type { HubConfig } from './config/schema.ts'
import { thresholdsOf } from './finding.ts'
import { reasonOf } from './findings/outcome.ts'
import type { Outcome } from './ports/examination.ts'
import type { Statement } from './ports/statements.ts'
import { seconds } from './units.ts'

/** The statements that are timed for a hub. */
export interface ChosenStatements {
  /** Empty where none are configured, and the schema suggests none. */
  readonly statements: readonly Statement[]
  readonly guessed: boolean
  /** Where they come from, as evidence, where that has to be said. */
  readonly origin: readonly string[]
  /** What none of them may take longer than, seconds. */
  readonly limit: number
  /** For a timing request, ms: long enough to be sure that one is beyond the limit, and no longer. */
  readonly timeLimit: number
}

/** The hub's statements, or those that suit its schema; or why there are none, in words. */
export async function chooseStatements(
  { database, thresholds }: Pick<HubConfig, 'database' | 'thresholds'>,
  guess: () => Promise<Outcome<readonly Statement[]>>,
): Promise<ChosenStatements | { readonly reason: string }> {
  const guessed = database.statements.length === 0
  const chosen = guessed ? await guess() : { state: 'done' as const, value: database.statements }
  if (chosen.state !== 'done') {
    return {
      reason: `no statements are configured, and none could be guessed: ${reasonOf(chosen)}`,
    }
  }
  const { critical, warning } = thresholdsOf('database.query-time', thresholds)
  const limit = critical ?? warning
  return {
    statements: chosen.value,
    guessed,
    origin: guessed ? ['guessed from the schema: name the hub’s own as database.statements'] : [],
    limit,
    timeLimit: seconds(limit * 3),
  }
}

/** Of the rows of a table, so large a share is read as fast from end to end as one by one through an index. */
const muchOfIt = 0.1

/** Whether a statement gave so many rows that an index would not spare it a scan; null: it is not known. */
export const asksForMuch = (given: number | null, { rows }: { readonly rows: number }): boolean =>
  given !== null && given >= rows * muchOfIt
