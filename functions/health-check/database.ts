import {
  type Backup,
  type BackupReader,
  certifiedTables,
  checkedParts,
  type DatabaseReader,
  databaseFindings,
  type Examination,
  type Finding,
  figure,
  finding,
  followRestoration,
  type GuardContext,
  judgeAgainstBackups,
  type Outcome,
  only,
  type Part,
  reasonOf,
  type Snapshot,
  unreadable,
  usedFindings,
} from '@hubkeeper/core'

/** The backups that a snapshot is looked at beside: those there were when it had been taken. */
interface Known {
  readonly backups: readonly Backup[]
  /** The newest proven one. */
  readonly proven: Backup | null
}

/** The database, looked at in a snapshot: the hub's own file is not kept waiting. */
export async function checkDatabase(
  context: GuardContext & {
    readonly backups: Pick<BackupReader, 'restoration'>
    readonly database: DatabaseReader
  },
  snapshot: Outcome<Snapshot>,
  { backups, proven }: Known,
): Promise<Part> {
  const { database } = context
  const subject = database.key
  if (snapshot.state !== 'done') return only(unreadable(snapshot, subject))
  const { bytes, takenAt } = snapshot.value
  try {
    const examination = await snapshot.value.examine([...checkedParts, 'digest', 'contents'])
    const baseline = proven?.certificate?.foreignKeyViolations ?? null
    const signs = await database.signsOfUse()
    const restoration = await context.backups.restoration()
    return {
      findings: [
        ...databaseFindings(examination, subject, baseline),
        ...usedFindings(signs, subject),
        ...(await checkContent(context, examination, { takenAt, backups })),
        ...followRestoration(restoration, examination.digest, { at: takenAt, subject }).findings,
      ],
      figures: [figure('database.size', bytes, 'bytes', subject)],
    }
  } finally {
    await snapshot.value.dispose()
  }
}

/** Whether content vanished since the backups; what cannot be read is told as that. */
async function checkContent(
  context: GuardContext,
  { contents, digest }: Examination,
  looked: { readonly takenAt: Date; readonly backups: readonly Backup[] },
): Promise<readonly Finding[]> {
  if (digest.state !== 'done') return []
  const tables = certifiedTables(digest.value, { contents })
  const content = { digest: digest.value.value, tables }
  const { findings } = await judgeAgainstBackups(context, { content, ...looked })
  if (contents.state === 'done') return findings
  const details = { expected: 'bytes and timestamps of its tables', actual: reasonOf(contents) }
  return [...findings, finding('content.vanished', 'unknown', details)]
}
