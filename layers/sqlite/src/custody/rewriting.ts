import { basename } from 'node:path'
import {
  type Examination,
  type Outcome,
  type RewriteRequest,
  type RewrittenCopy,
  reasonOf,
  type Snapshot,
} from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { failed, faultOf } from './outcomes.ts'
import { beginRebuild } from './rebuilding.ts'

/** A compact copy of a snapshot on scratch disk, checked, with its full-text indexes made anew where asked for. */
export async function rewriteCopy(
  { database, engine, scratch }: CustodyOptions,
  source: Snapshot,
  request: RewriteRequest,
): Promise<Outcome<RewrittenCopy>> {
  const path = scratch.path(basename(database.key))
  const rebuilding = await beginRebuild(engine, source.path, request.rebuild ?? [])
  // An index that is made anew may need as much again before VACUUM gives the old one's pages back.
  const copies = rebuilding.indexes.length > 0 ? 3 : 2
  await scratch.requireSpace(source.bytes * copies, `rewriting ${database.key}`)
  const written = await engine.compact(source.path, path, { ...request, rebuild: rebuilding.indexes })
  if (written.state !== 'done') return failed(written)
  const left = new Set(written.value.notRebuilt.map(({ index }) => index))
  const renewed = rebuilding.indexes.filter((index) => !left.has(index))
  const { digest, integrity, searchIndexes, structure } = await engine.examine(path, {
    parts: ['structure', 'integrity', 'digest', ...(renewed.length > 0 ? (['search-indexes'] as const) : [])],
    scratch: scratch.directory,
  })
  if (structure.state !== 'done') return failed(structure)
  if (integrity.state !== 'done') return failed(integrity)
  if (digest.state !== 'done') return failed(digest)
  const [problem] = integrity.value
  if (problem !== undefined) return faultOf('corrupt', `the rewritten copy is not sound: ${problem}`)
  const unsound = renewed.length === 0 ? null : unsoundAmong(renewed, searchIndexes)
  if (unsound !== null) return faultOf('corrupt', `the rewritten copy is not sound: ${unsound}`)
  const rebuilt = await rebuilding.end(path, written.value.notRebuilt)
  return {
    state: 'done',
    value: {
      path,
      bytes: structure.value.bytes,
      digest: digest.value,
      ...(rebuilt.length === 0 ? {} : { rebuilt }),
    },
  }
}

/** What keeps one of the indexes that were made anew from being proven sound, in words; null where nothing does. */
function unsoundAmong(renewed: readonly string[], checks: Examination['searchIndexes']): string | null {
  if (checks.state !== 'done') return `its search indexes could not be checked: ${reasonOf(checks)}`
  for (const index of renewed) {
    const outcome = checks.value.find(({ name }) => name === index)?.outcome
    if (outcome?.state === 'done' && outcome.value === null) continue
    const problem = outcome?.state === 'done' ? outcome.value : outcome && reasonOf(outcome)
    return `search index ${index}: ${problem ?? 'it is gone'}`
  }
  return null
}
