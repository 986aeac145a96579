import { quoteName } from '../schema/quote.ts'

/** Characters of a name, a type or a title that are kept: more says nothing more. */
const kept = 200
/** A longer value is not even read, bytes. */
const longest = 1024 ** 2

/** SQL for the beginning of what a column holds, as a text; NULL stays NULL. */
export function shortText(column: string): string {
  const name = quoteName(column)
  return `CASE WHEN ${name} IS NULL THEN NULL WHEN octet_length(${name}) <= ${longest}
    THEN substr(CAST(${name} AS TEXT), 1, ${kept}) ELSE '(too long to be read)' END`
}

/** SQL for the values of some columns, separated by commas. */
export const shortKey = (columns: readonly string[]): string =>
  `substr(${columns.map((column) => `coalesce(${shortText(column)}, 'NULL')`).join(" || ', ' || ")}, 1, ${kept})`
