import type { BackupFile } from '../certificate.ts'
import type { LeftOutFile } from '../ports/files.ts'
import { matchesAny } from '../protection.ts'
import { neverReplaced, type OwnPlaces } from './places.ts'

/** What a restore would do with one file of a backup. */
export interface PlannedFile {
  readonly file: BackupFile
  readonly state: 'same' | 'changed' | 'missing'
  /** SHA-256 of the one that is there now; null when there is none. */
  readonly now: string | null
}

/** A file of a backup that is not put back. */
export interface RefusedFile {
  readonly file: BackupFile
  /** Why, in words. */
  readonly reason: string
  /** Whether something is in its way; false where it never is put back. */
  readonly wanted: boolean
}

/** The files of a backup beside those of the hub. */
export interface FilePlan {
  /** By key. */
  readonly planned: readonly PlannedFile[]
  /** Files of the backup that are not put back, and why. */
  readonly refused: readonly RefusedFile[]
  /** Keys that the hub has and the backup has not: they are left as they are. */
  readonly onlyHere: readonly string[]
}

/** The hub's files as they are. */
export interface FilesNow {
  readonly files: readonly Pick<BackupFile, 'key' | 'sha256'>[]
  readonly leftOut: readonly LeftOutFile[]
}

/** Compares the files of a backup with the hub's own. */
export function planFileRestore(
  backup: readonly BackupFile[],
  now: FilesNow,
  { patterns, places }: { readonly patterns: readonly string[]; readonly places: OwnPlaces },
): FilePlan {
  const there = new Map(now.files.map(({ key, sha256 }) => [key, sha256]))
  const leftOut = new Map(now.leftOut.map(({ key, reason }) => [key, reason]))
  const planned: PlannedFile[] = []
  const refused: RefusedFile[] = []
  for (const file of backup.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const sha256 = there.get(file.key) ?? null
    const rule = refusalOf(file.key, patterns, places)
    const obstacle = leftOut.get(file.key) ?? null
    if (rule !== null) refused.push({ file, reason: rule, wanted: false })
    else if (obstacle !== null) refused.push({ file, reason: obstacle, wanted: true })
    else if (sha256 === null) planned.push({ file, state: 'missing', now: null })
    else planned.push({ file, state: sha256 === file.sha256 ? 'same' : 'changed', now: sha256 })
  }
  const kept = new Set(backup.map(({ key }) => key))
  return { planned, refused, onlyHere: [...there.keys()].filter((key) => !kept.has(key)).sort() }
}

/** A backup decides what a file holds, the configuration decides which files there are. */
function refusalOf(key: string, patterns: readonly string[], places: OwnPlaces): string | null {
  if (patterns.includes(key) || matchesAny(key, patterns)) return neverReplaced(key, places)
  return 'hubkeeper.json does not name it: add it to backups.files to put it back'
}

/** Those of a plan that a restore has to write. */
export const toWrite = ({ planned }: FilePlan): PlannedFile[] =>
  planned.filter(({ state }) => state !== 'same')
