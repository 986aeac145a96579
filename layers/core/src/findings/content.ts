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
