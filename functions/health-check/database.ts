import {
  type Backup,
  type BackupReader,
  checkedParts,
  type DatabaseReader,
  databaseFindings,
  type Examination,
  type Figure,
  type Finding,
  figure,
  finding,
  type GuardContext,
  judgeAgainstBackups,
  reasonOf,
  unreadable,
  usedFindings,
} from '@hubkeeper/core'
import { checkRestoration } from './restoration.ts'

/** The database, looked at in a snapshot: the hub's own file is not kept waiting. */
export async function checkDatabase(
  context: GuardContext & { readonly backups: Pick<BackupReader, 'restoration'> },
  database: DatabaseReader,
  proven: Backup | null,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = database.key
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') return { findings: [unreadable(snapshot, subject)], figures: [] }
  const { bytes, takenAt } = snapshot.value
  try {
    const examination = await snapshot.value.examine([...checkedParts, 'digest', 'contents'])
    const baseline = proven?.certificate?.foreignKeyViolations ?? null
    const signs = await database.signsOfUse()
    return {
      findings: [
        ...databaseFindings(examination, subject, baseline),
        ...usedFindings(signs, subject),
        ...(await checkContent(context, examination, takenAt)),
        ...(await checkRestoration(context.backups, examination.digest, { at: takenAt, subject })),
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
  takenAt: Date,
): Promise<readonly Finding[]> {
  if (digest.state !== 'done') return []
  const counted = new Map(contents.state === 'done' ? contents.value.map((table) => [table.name, table]) : [])
  const tables = digest.value.tables.map((table) => {
    const { newest, payloadBytes } = counted.get(table.name) ?? {}
    return { ...table, newest, payloadBytes }
  })
  const { findings } = await judgeAgainstBackups(context, { digest: digest.value.value, tables }, takenAt)
  if (contents.state === 'done') return findings
  const details = { expected: 'bytes and timestamps of its tables', actual: reasonOf(contents) }
  return [...findings, finding('content.vanished', 'unknown', details)]
}
