import {
  type Artifact,
  type Backup,
  type ContentDigest,
  type DatabaseRestorer,
  type Finding,
  HubkeeperError,
  type Outcome,
  PreconditionFailedError,
  type Restoration,
  type RestoredCopy,
  type RestoredFile,
  type RestoreScope,
  refuseCircumstances,
  type TaskResult,
  toWrite,
  unreadable,
} from '@hubkeeper/core'
import { contentIn } from './content.ts'
import type { Chosen, RestoreContext } from './context.ts'
import { type FilesBeside, type FilesPutBack, lookAtFiles, putBack, refuseChangedFiles } from './files.ts'
import { countFigures } from './preview.ts'
import { proveRestored } from './prove.ts'
import { type Begun, noteDone, noteIntention } from './remember.ts'
import { type Current, lookAt, type Replaced, replace } from './replace.ts'
import { makeSafetyCopy } from './safety-copy.ts'
import type { WatchedDatabase } from './watch.ts'

/** A backup that was read back and verified, as far as it is to be put back. */
export interface Verified {
  readonly chosen: Chosen
  readonly scope: RestoreScope
  readonly undo: boolean
  /** Null where the database is left alone. */
  readonly database: {
    readonly copy: RestoredCopy
    readonly digest: ContentDigest | null
    readonly remarks: readonly string[]
  } | null
  readonly files: readonly RestoredFile[]
}

/** What a restore came to, and what it takes to watch it. */
export interface WatchedResult {
  readonly result: TaskResult
  /** Null where nobody can bring the old content back. */
  readonly watching: (WatchedDatabase & { readonly restoration: Restoration }) | null
}

/**
 * Puts a verified backup back: the database first, then the files. Everything that is replaced is in a safety
 * copy before.
 *
 * @param watched whether a server may have loaded the old content
 * @throws HubkeeperError
 */
export async function restore(
  context: RestoreContext,
  database: DatabaseRestorer,
  verified: Verified,
  watched: boolean,
): Promise<WatchedResult> {
  const { progress } = context
  const { chosen, scope, undo } = verified
  progress.step('Looking at what is there now')
  const current = await lookAt(database)
  const beside = scope === 'database' ? null : await lookAtFiles(context, chosen)
  const content = await contentIn(current.content)
  const now = content.state === 'done' ? content.value : null
  const restored = verified.database?.digest ?? null
  const begun = await noteIntention(context, { chosen, scope, undo, restored, replaced: now })
  const replaced = await replaceDatabase(context, database, current, verified, beside, begun)
  const figures = now === null || restored === null ? [] : countFigures(now, restored.tables)
  if (replaced.state !== 'done') {
    // SQLite undoes what it refuses; of what was ended, nobody knows.
    if (replaced.state === 'fault') await begun.withdraw()
    refuseCircumstances(replaced)
    return { result: { findings: [unreadable(replaced, database.key)], figures }, watching: null }
  }
  const { safety, ...way } = replaced.value
  const back = beside === null ? null : await putBack(context, beside.plan, verified.files)
  const result = { figures, artifacts: safety.map(artifactOf) }
  const findings = await findingsOf(context, { database, verified, way, undoable: safety.length > 0, back })
  if (back !== null && back.failure !== null) {
    const failure = partialFailure(verified, back, back.failure)
    return { result: { ...result, findings, failure }, watching: null }
  }
  const done = await noteDone(context, begun.restoration, watched)
  const watching = watched ? { database, restoration: done, ...way } : null
  return { result: { ...result, findings }, watching }
}

/** The safety copy, and the database where it is to be put back. */
async function replaceDatabase(
  context: RestoreContext,
  database: DatabaseRestorer,
  current: Current,
  { database: backup }: Verified,
  beside: FilesBeside | null,
  begun: Begun,
): Promise<Outcome<Replaced>> {
  const files = beside?.now.files ?? []
  const confirm = async (safety: Backup | null): Promise<void> => {
    if (beside === null) return
    refuseUnkept(safety, beside)
    await refuseChangedFiles(context, beside)
  }
  let untouched = true
  const begin = (): void => {
    untouched = false
  }
  const withdraw = async (error: unknown): Promise<never> => {
    // Another version is there: then, too, this one put nothing in its place. What went wrong first is what matters.
    if (untouched || error instanceof PreconditionFailedError) await begun.withdraw().catch(() => {})
    throw error
  }
  if (backup !== null) {
    return replace(context, database, current, { copy: backup.copy, files, confirm, begin }).catch(withdraw)
  }
  context.progress.step('Making a safety copy')
  const keep = async (): Promise<Backup | null> => {
    const made = await makeSafetyCopy({ ...context, database }, current.content, { files })
    await confirm(made)
    return made
  }
  const safety = await keep().catch(withdraw)
  const kept = safety === null ? [] : [safety]
  return {
    state: 'done',
    value: { safety: kept, etag: null, how: [], lostCommits: 0, commitsSince: () => null },
  }
}

/** Files go into a safety copy with a database, and without one into none. @throws HubkeeperError */
function refuseUnkept(safety: Backup | null, { plan }: FilesBeside): void {
  const [file] = toWrite(plan).filter(({ now }) => now !== null)
  if (safety !== null || file === undefined) return
  throw new HubkeeperError('database-missing', `${file.file.key} cannot be kept: there is no database`, {
    hint: 'nothing was touched; restore the database first: hubkeeper restore; then hubkeeper restore --files-only',
  })
}

interface Ended {
  readonly database: DatabaseRestorer
  readonly verified: Verified
  readonly way: Omit<Replaced, 'safety'>
  readonly undoable: boolean
  readonly back: FilesPutBack | null
}

async function findingsOf(
  { progress }: RestoreContext,
  { back, database, undoable, verified, way }: Ended,
): Promise<Finding[]> {
  const ofFiles = back?.findings ?? []
  if (verified.database === null) return [...ofFiles]
  progress.step('Comparing what is there now with the backup')
  const { digest, remarks } = verified.database
  const { backup: chosen, remarks: ofChoice } = verified.chosen
  const all = [...ofChoice, ...remarks]
  return [await proveRestored(database, { chosen, digest, undoable, remarks: all, ...way }), ...ofFiles]
}

/** Says what was replaced and what was not, and the one line that undoes it. */
function partialFailure(
  { database, scope, undo }: Verified,
  { left, written }: FilesPutBack,
  failure: HubkeeperError,
): HubkeeperError {
  const done = `${written} of ${written + left.length} files`
  const what = database === null ? `${done} were put back` : `the database and ${done} were put back`
  const again = scope === 'files' ? '--files-only' : '--with-files'
  // An undo that was cut short is not undone: it goes on.
  const hint = undo
    ? 'to complete it: hubkeeper restore --undo'
    : `to undo all of it: hubkeeper restore --undo; to complete it, run it again with ${again}`
  return new HubkeeperError(failure.code, `${what}; not ${left.join(', ')}: ${failure.message}`, {
    hint,
    cause: failure,
  })
}

const artifactOf = ({ manifest: { bytes, key } }: Backup): Artifact => ({ kind: 'safety copy', key, bytes })
