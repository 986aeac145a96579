import type { Certificate } from '../certificate.ts'
import type { ContentDigest, Examination } from '../ports/examination.ts'

/** A table's rows under the content digest. */
interface TableContent {
  readonly name: string
  readonly digest: string
}

/** Names of the tables of `these` that hold something else among `those`, or are not there. */
export function differingTables(these: readonly TableContent[], those: readonly TableContent[]): string[] {
  const other = new Map(those.map(({ digest, name }) => [name, digest]))
  return these.filter(({ digest, name }) => other.get(name) !== digest).map(({ name }) => name)
}

/** The tables of a content digest as a certificate has them: each with what is known of its contents. */
export function certifiedTables(
  { tables }: Pick<ContentDigest, 'tables'>,
  { contents }: Pick<Examination, 'contents'>,
): Certificate['tables'] {
  const known = new Map(contents.state === 'done' ? contents.value.map((table) => [table.name, table]) : [])
  return tables.map((table) => {
    const found = known.get(table.name)
    return found === undefined ? table : { ...table, payloadBytes: found.payloadBytes, newest: found.newest }
  })
}
