import {
  type Backup,
  type ContentDigest,
  checkedParts,
  type DatabaseReader,
  databaseFindings,
  type Figure,
  type Finding,
  figure,
  type HubConfig,
  unreadable,
  usedFindings,
  vanishedFindings,
} from '@hubkeeper/core'

/** The database, looked at in a snapshot: the hub's own file is not kept waiting. */
export async function checkDatabase(
  hub: HubConfig,
  database: DatabaseReader,
  proven: Backup | null,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = database.key
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') return { findings: [unreadable(snapshot, subject)], figures: [] }
  const { bytes } = snapshot.value
  try {
    const examination = await snapshot.value.examine([...checkedParts, 'digest'])
    const baseline = proven?.certificate?.foreignKeyViolations ?? null
    const signs = await database.signsOfUse()
    const { digest } = examination
    return {
      findings: [
        ...databaseFindings(examination, subject, baseline),
        ...usedFindings(signs, subject),
        ...(digest.state === 'done' ? checkContent(hub, digest.value, proven) : []),
      ],
      figures: [figure('database.size', bytes, 'bytes', subject)],
    }
  } finally {
    await snapshot.value.dispose()
  }
}

const checkContent = (hub: HubConfig, digest: ContentDigest, proven: Backup | null): Finding[] =>
  vanishedFindings(proven?.certificate?.tables ?? null, digest.tables, hub.thresholds)
