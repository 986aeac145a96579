import {
  type Backup,
  type BackupReader,
  type Finding,
  type FindingStatus,
  finding,
  formatBytes,
  matchesAny,
  mebibytes,
  type RestoredFile,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'
import { readAs } from './parse.ts'

/** Larger files are compared byte by byte, and not parsed. */
const largestParsed = mebibytes(32)

/** The files that came back with a backup, and what is to be said of them. */
export interface RestoredFiles {
  readonly findings: Finding[]
  /** Those that are as they were written. */
  readonly files: readonly RestoredFile[]
}

/** Reads the files back that are kept with a backup: each has to be there, intact and readable as what it is. */
export async function restoreFiles(
  { backups, hub }: Pick<DrillContext, 'backups' | 'hub'>,
  backup: Backup,
): Promise<RestoredFiles> {
  const kept = backup.manifest.files
  if (kept.length === 0) {
    const actual = 'no file is kept with the newest backup'
    return { findings: [finding('drill.files', 'warning', { expected: 'files', actual })], files: [] }
  }
  const restored = await backups.restoreFiles(backup)
  const findings: Finding[] = []
  const kinds = new Map<string, number>()
  for (const file of restored) {
    const judged = await judge(backups, file, matchesAny(file.key, hub.requirements))
    if (judged.status !== 'ok') {
      const details = { subject: file.key, expected: 'as it was written', actual: judged.text }
      findings.push(finding('drill.files', judged.status, details))
    } else kinds.set(judged.text, (kinds.get(judged.text) ?? 0) + 1)
  }
  return {
    findings: findings.length > 0 ? findings : [wellFinding(kept, kinds)],
    files: restored.filter(({ intact }) => intact),
  }
}

/** What is wrong with a file; else how it was read. */
async function judge(
  backups: BackupReader,
  file: RestoredFile,
  isRequirements: boolean,
): Promise<{ readonly status: FindingStatus; readonly text: string }> {
  if (!file.intact) return { status: 'critical', text: 'its copy is gone, or not as it was written' }
  const bytes = await backups.readRestored(file, largestParsed)
  if (bytes === null) return { status: 'ok', text: 'too large to be parsed' }
  const reading = readAs(file.key, bytes, isRequirements)
  if (reading.state === 'read') return { status: 'ok', text: reading.as }
  // The hub may read it all the same: nothing is lost.
  return { status: 'warning', text: `it is as it was written, but ${reading.reason}` }
}

const words: Readonly<Record<string, string>> = {
  bytes: 'compared byte by byte only',
  text: 'read as text',
  'too large to be parsed': 'compared byte by byte only, too large to be parsed',
}

function wellFinding(kept: Backup['manifest']['files'], kinds: ReadonlyMap<string, number>): Finding {
  const bytes = kept.reduce((sum, file) => sum + file.bytes, 0)
  const count = kept.length === 1 ? '1 file' : `${kept.length} files`
  return finding('drill.files', 'ok', {
    expected: 'as they were written',
    actual: `${count}, ${formatBytes(bytes)}: as written`,
    evidence: [...kinds].map(([kind, number]) => `${number} ${words[kind] ?? `parsed as ${kind}`}`),
  })
}
