import type { BaseContext } from '../access.ts'
import { HubkeeperError } from '../errors.ts'
import { figure, finding } from '../finding.ts'
import { keptFiles } from '../grants.ts'
import type { CopiedFile } from '../ports/backups.ts'
import type { HubFileCopier, LeftOutFile } from '../ports/files.ts'
import { matchesAny } from '../protection.ts'
import type { Figure, Finding } from '../report.ts'
import { formatBytes, mebibytes } from '../units.ts'

/** Files of the hub on scratch disk, and what is to be said of them. */
export interface KeptFiles {
  /** By key. */
  readonly files: readonly CopiedFile[]
  /** What could not be copied, and what never is. */
  readonly leftOut: readonly LeftOutFile[]
  readonly findings: readonly Finding[]
  readonly figures: readonly Figure[]
}

/** A larger index is not parsed, bytes. */
const maxParsed = mebibytes(64)

/** How often an index that cannot be parsed is copied again, and after which pause, ms. */
const torn = { attempts: 4, pause: 150 } as const

/** Findings that name one file each; what comes to more is named in one. */
const maxFindings = 20

/** How every file of SQLite begins. */
const databaseStart = 'SQLite format 3\0'

/**
 * Copies the files that are kept with a backup to scratch disk, each as it is at one moment. What cannot be
 * copied is a finding: the database is kept all the same.
 *
 * @throws HubkeeperError when nothing can be listed
 */
export async function copyKeptFiles({
  files: port,
  hub,
  progress,
}: Pick<BaseContext, 'hub' | 'progress'> & { readonly files: HubFileCopier }): Promise<KeptFiles> {
  const patterns = keptFiles(hub)
  if (patterns.length === 0) {
    const nothing = finding('files.kept', 'skipped', { actual: 'no files are configured (backups.files)' })
    return { files: [], leftOut: [], findings: [nothing], figures: [] }
  }
  progress.step('Copying files of the hub')
  const { files: found, leftOut } = await port.candidates(patterns)
  const copies: CopiedFile[] = []
  const missed: LeftOutFile[] = [...leftOut]
  const doubts: Doubt[] = []
  for (const { key } of found) {
    const isIndex = key.endsWith('.json') && matchesAny(key, hub.searchIndex?.files ?? [])
    const { copy, doubt } = await copyOne(port, key, isIndex)
    if (copy !== null && 'reason' in copy) missed.push(copy)
    else if (copy !== null) copies.push(copy)
    if (doubt !== null) doubts.push({ key, text: doubt })
  }
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0)
  return {
    files: copies,
    leftOut: missed,
    findings: [summaryOf(copies, bytes, missed, patterns), ...problemsOf(missed, doubts)],
    figures: [
      figure('backup.files', bytes, 'bytes', hub.database.path),
      figure('backup.file-count', copies.length, 'count', hub.database.path),
    ],
  }
}

/** Something about a file that is kept all the same. */
interface Doubt {
  readonly key: string
  readonly text: string
}

interface Attempt {
  readonly copy: CopiedFile | LeftOutFile | null
  readonly doubt: string | null
}

async function copyOne(port: HubFileCopier, key: string, isIndex: boolean): Promise<Attempt> {
  try {
    for (let attempt = 1; ; attempt++) {
      const copy = await port.copy(key)
      // Gone since it was listed: as a listing a moment later would have it.
      if (copy === null) return { copy, doubt: null }
      if (!isIndex || copy.bytes > maxParsed || (await isJson(port, copy))) {
        return { copy, doubt: await journalOf(port, copy) }
      }
      if (attempt === torn.attempts) {
        return { copy, doubt: 'it is no whole JSON: it was kept as it is, perhaps half written' }
      }
      await new Promise((resolve) => setTimeout(resolve, torn.pause))
    }
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    return { copy: { key, reason: error.message, wanted: true }, doubt: null }
  }
}

async function isJson(port: HubFileCopier, copy: CopiedFile): Promise<boolean> {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await port.readCopy(copy, maxParsed)))
    return true
  } catch (error) {
    if (error instanceof HubkeeperError) throw error
    return false
  }
}

/** A database that is copied as a file lacks what only its journal holds. */
async function journalOf(port: HubFileCopier, copy: CopiedFile): Promise<string | null> {
  const start = new TextDecoder('latin1').decode(await port.readCopy(copy, databaseStart.length))
  if (start !== databaseStart) return null
  for (const suffix of ['-wal', '-journal']) {
    const beside = await port.read(copy.key + suffix, 1)
    if (beside !== null && beside.length > 0) {
      return `it is a SQLite database that is in use: what only ${copy.key}${suffix} holds is not kept`
    }
  }
  return null
}

function summaryOf(
  copies: readonly CopiedFile[],
  bytes: number,
  missed: readonly LeftOutFile[],
  patterns: readonly string[],
): Finding {
  const evidence = missed.filter(({ wanted }) => !wanted).map(({ key, reason }) => `${key}: ${reason}`)
  const shown = evidence.slice(0, maxFindings)
  if (copies.length === 0) {
    return finding('files.kept', 'skipped', { actual: `no file of ${patterns.join(', ')}`, evidence: shown })
  }
  const count = copies.length === 1 ? '1 file' : `${copies.length} files`
  return finding('files.kept', 'ok', { actual: `${count}, ${formatBytes(bytes)}`, evidence: shown })
}

function problemsOf(missed: readonly LeftOutFile[], doubts: readonly Doubt[]): Finding[] {
  const problems = [
    ...missed.filter(({ wanted }) => wanted).map(({ key, reason }) => ({ key, text: `not kept: ${reason}` })),
    ...doubts,
  ]
  const findings = problems
    .slice(0, maxFindings)
    .map(({ key, text }) =>
      finding('files.kept', 'warning', { subject: key, expected: 'kept', actual: text }),
    )
  const more = problems.slice(maxFindings)
  if (more.length === 0) return findings
  const rest = finding('files.kept', 'warning', {
    expected: 'kept',
    actual: `${more.length} more files`,
    evidence: more.map(({ key, text }) => `${key}: ${text}`),
  })
  return [...findings, rest]
}
