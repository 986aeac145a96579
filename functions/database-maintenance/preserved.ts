import { type Examination, type Finding, finding, type InPlaceWork, reasonOf } from '@hubkeeper/core'

/**
 * Whether the content is what it was: equal digests prove it. Different ones, when nobody else committed in
 * between, are maintenance's own doing.
 */
export function preservedFinding(
  subject: string,
  { foreignCommits }: Pick<InPlaceWork, 'foreignCommits'>,
  before: Examination['digest'],
  after: Examination['digest'],
  backup: string,
): Finding {
  const details = { subject }
  if (before.state !== 'done' || after.state !== 'done') {
    const missing = before.state !== 'done' ? before : after
    const actual = missing.state === 'done' ? null : reasonOf(missing)
    return finding('content.preserved', 'unknown', { ...details, expected: 'the same', actual })
  }
  const digests = { expected: before.value.value, actual: after.value.value }
  if (digests.expected === digests.actual)
    return finding('content.preserved', 'ok', { ...details, ...digests })
  if (foreignCommits === 0) {
    return finding('content.preserved', 'critical', {
      ...details,
      ...digests,
      advice: `maintenance changed it: compare it with the backup, hubkeeper restore ${backup} --dry-run`,
      evidence: [
        'nobody else committed in between',
        ...changedTables(before.value.tables, after.value.tables),
      ],
    })
  }
  return finding('content.preserved', 'skipped', { ...details, actual: `${commits(foreignCommits)} between` })
}

const commits = (count: number | null): string =>
  count === null ? 'at least 1 commit' : count === 1 ? '1 commit' : `${count} commits`

type Tables = readonly { readonly name: string; readonly digest: string }[]

function changedTables(before: Tables, after: Tables): string[] {
  const then = new Map(before.map(({ digest, name }) => [name, digest]))
  return after.filter(({ digest, name }) => then.get(name) !== digest).map(({ name }) => `${name} differs`)
}
