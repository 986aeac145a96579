import {
  differingTables,
  type Examination,
  type Finding,
  finding,
  type InPlaceWork,
  reasonOf,
} from '@hubkeeper/core'

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
  const unknown = (why: Parameters<typeof reasonOf>[0]): Finding =>
    finding('content.preserved', 'unknown', { ...details, expected: 'the same', actual: reasonOf(why) })
  if (before.state !== 'done') return unknown(before)
  if (after.state !== 'done') return unknown(after)
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
        ...differingTables(after.value.tables, before.value.tables).map((name) => `${name} differs`),
      ],
    })
  }
  return finding('content.preserved', 'skipped', { ...details, actual: `${commits(foreignCommits)} between` })
}

const commits = (count: number | null): string =>
  count === null ? 'at least 1 commit' : count === 1 ? '1 commit' : `${count} commits`
