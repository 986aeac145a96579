import { type Finding, finding } from '@hubkeeper/core'
import type { Rebuilding } from './rebuild.ts'
import type { SearchTables } from './search-tables.ts'
import { plain } from './words.ts'

/**
 * What was done, with the indexes that know fewer rows of their source since. While others write, such rows may be
 * theirs: then nothing is said.
 */
export function withLostRows(
  done: Rebuilding,
  before: SearchTables,
  after: SearchTables | null,
): Pick<Rebuilding, 'findings'> {
  const isSame = done.findings.some(({ check, status }) => check === 'content.preserved' && status === 'ok')
  if (after === null || !isSame) return done
  return {
    findings: done.findings.map((each) => {
      const [then, now] = [missingIn(before, each.subject), missingIn(after, each.subject)]
      return each.check === 'search-index.rebuilt' && then !== null && now !== null && now.rows > then.rows
        ? lostFinding(each, then.rows, now)
        : each
    }),
  }
}

type Missing = { readonly rows: number; readonly keys: readonly string[] }

function missingIn({ comparisons }: SearchTables, subject: string | null): Missing | null {
  const found =
    comparisons.state === 'done' ? comparisons.value.find(({ index }) => plain(index) === subject) : undefined
  return found?.outcome.state === 'done' ? found.outcome.value.missing : null
}

const lostFinding = ({ evidence, subject }: Finding, then: number, { keys, rows }: Missing): Finding =>
  finding('search-index.rebuilt', 'critical', {
    subject,
    expected: `${then} rows of its source missing, as before`,
    actual: `${rows} rows of its source missing since it was made anew`,
    evidence: [...evidence, ...keys.map((key) => `row ${plain(key)} is missing in the index`)],
  })
