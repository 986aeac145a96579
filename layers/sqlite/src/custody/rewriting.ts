import { basename } from 'node:path'
import type { Outcome, RewriteRequest, RewrittenCopy, Snapshot } from '@hubkeeper/core'
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
  const { digest, integrity, structure } = await engine.examine(path, {
    parts: ['structure', 'integrity', 'digest'],
    scratch: scratch.directory,
  })
  if (structure.state !== 'done') return failed(structure)
  if (integrity.state !== 'done') return failed(integrity)
  if (digest.state !== 'done') return failed(digest)
  const [problem] = integrity.value
  if (problem !== undefined) return faultOf('corrupt', `the rewritten copy is not sound: ${problem}`)
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
