import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { crossCheck } from '../../../layers/sqlite/src/engine/cross-check.ts'
import { inProcessEngine } from '../../fakes/in-process-engine.ts'
import { seenIn } from '../../support/damage/verdict.ts'

/** What looks at a file for faults, in the order of the columns. */
export const detectors = [
  'SHA-256',
  'integrity check',
  'foreign keys',
  'search indexes',
  'content digest',
  'second engine',
] as const

/** One of {@link detectors}. */
export type Detector = (typeof detectors)[number]

/** What a sound file is, to compare with. */
export interface Sound {
  readonly sha256: string
  readonly digest: string
}

const engine = inProcessEngine()

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Writes bytes as a database to `path` and tells who notices that they are not the sound ones. */
export async function detect(
  bytes: Buffer,
  sound: Sound,
  { path, scratch }: { path: string; scratch: string },
): Promise<Set<Detector>> {
  writeFileSync(path, bytes)
  const parts = ['integrity', 'foreign-keys', 'search-indexes', 'digest'] as const
  const { noticed } = seenIn(await engine.examine(path, { parts, scratch }), sound.digest)
  const found = new Set<Detector>()
  if (sha256(bytes) !== sound.sha256) found.add('SHA-256')
  if (noticed.has('integrity')) found.add('integrity check')
  if (noticed.has('foreign-keys')) found.add('foreign keys')
  if (noticed.has('search-indexes')) found.add('search indexes')
  if (noticed.has('digest')) found.add('content digest')
  if (await secondEngineNotices(path, sound.digest)) found.add('second engine')
  return found
}

/** What it lacks, it does not look at: that is no notice. */
async function secondEngineNotices(path: string, digest: string): Promise<boolean> {
  const outcome = await crossCheck(path)
  if (outcome.state === 'skipped') return false
  return outcome.state !== 'done' || outcome.value.integrity.length > 0 || outcome.value.digest !== digest
}

/** A sound file, by its bytes and what is in it. @throws Error when it is not sound */
export async function soundOf(bytes: Buffer, at: { path: string; scratch: string }): Promise<Sound> {
  writeFileSync(at.path, bytes)
  const { digest } = await engine.examine(at.path, { parts: ['digest'], scratch: at.scratch })
  if (digest.state !== 'done') throw new Error(`${at.path} has no digest`)
  const sound = { sha256: sha256(bytes), digest: digest.value.value }
  const noticed = await detect(bytes, sound, at)
  if (noticed.size > 0) throw new Error(`the sound file is not sound to ${[...noticed].join(', ')}`)
  return sound
}
