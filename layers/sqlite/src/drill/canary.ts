import { chmod, constants, copyFile, rm } from 'node:fs/promises'
import {
  type Backup,
  type BackupManifest,
  type Detector,
  type DetectorRemark,
  formatBytes,
  HubkeeperError,
  mebibytes,
  type RestoredCopy,
  reasonOf,
} from '@hubkeeper/core'
import type { CustodyOptions } from '../custody/options.ts'
import { fingerprint } from '../custody/scratch.ts'
import { certificateOf } from './certificate.ts'
import { cleanOf, judgeSight } from './judge.ts'
import { type FileSight, type Looks, lookAtFile, type Reference } from './look.ts'
import type { PlantStep } from './plant.ts'

/** Larger copies are not made a canary of, bytes: each fault means looking at all of it. */
const maxBytes = mebibytes(256)

/** What the canary tables come to at most, bytes. */
const tablesBytes = mebibytes(2)

/** Files of the canary's size at once: its two states, the one that is damaged, and a copy to check it in. */
const copies = 4

/** A sound database that faults are planted in. */
export interface Canary {
  /** What it is, in words. */
  readonly text: string
  /** The state that faults are noticed by, and its file. */
  readonly reference: Reference
  readonly certified: string
  /** A file of the state before. */
  readonly older: string
  /** Bytes. */
  readonly pageSize: number
  /** Detectors that could not look at it. */
  readonly unable: readonly DetectorRemark[]
  /** What was noticed in it, though there is no fault. */
  readonly falseAlarms: readonly DetectorRemark[]
  dispose(): Promise<void>
}

/** Copies a file at rest where nobody else has it open, with nothing of a copy before left beside it. */
export async function copyAfresh(from: string, to: string): Promise<void> {
  await removeWithJournals(to)
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  // A stored backup may be read only, and a copy has its mode.
  await chmod(to, 0o600)
}

/** Removes a database and what a process that was killed may have left beside it. */
export async function removeWithJournals(path: string): Promise<void> {
  for (const suffix of ['', '-journal', '-wal', '-shm', '-main']) await rm(path + suffix, { force: true })
}

/**
 * A canary of a copy; of the canary tables alone where the copy cannot be made one, which its text tells.
 *
 * @throws HubkeeperError when not even those can be made
 */
export async function makeCanary(options: CustodyOptions, looks: Looks, copy: RestoredCopy): Promise<Canary> {
  const unfit = await unfitness(options, copy)
  if (unfit !== null) return aloneBecause(options, looks, copy, unfit)
  const id = copy.backup.manifest.id
  const text = `a copy of backup ${id} (${formatBytes(copy.bytes)}) with canary tables`
  const made = await build(options, looks, copy, text, copy.path)
  if ('refused' in made) return aloneBecause(options, looks, copy, made.refused)
  const obstacle = made.falseAlarms[0] ?? made.unable.find(({ detector }) => detector !== 'cross-check')
  if (obstacle === undefined) return made
  await made.dispose()
  const { detector, reason } = obstacle
  return aloneBecause(options, looks, copy, `the copy gives no clean start, ${detector}: ${reason}`)
}

/** Why a copy cannot be made a canary, in words; null when it can be tried. */
async function unfitness(
  { scratch }: CustodyOptions,
  { bytes, intact }: RestoredCopy,
): Promise<string | null> {
  if (!intact) return 'the copy is not what its manifest says'
  if (bytes > maxBytes) return `the copy has ${formatBytes(bytes)}, more than ${formatBytes(maxBytes)}`
  try {
    await scratch.requireSpace(copies * (bytes + tablesBytes), 'a drill')
    return null
  } catch (error) {
    if (error instanceof HubkeeperError && error.code === 'no-space') return error.message
    throw error
  }
}

async function aloneBecause(
  options: CustodyOptions,
  looks: Looks,
  copy: RestoredCopy,
  reason: string,
): Promise<Canary> {
  await options.scratch.requireSpace(copies * tablesBytes, 'a drill')
  const made = await build(options, looks, copy, `canary tables alone: ${reason}`, null)
  if (!('refused' in made)) return made
  throw new HubkeeperError('engine-failed', `no canary can be made for the drill: ${made.refused}`, {
    hint: 'run it again with --debug and report what it prints',
  })
}

/** Makes both states and looks at the later one; the reason, in words, when it cannot be written. */
async function build(
  options: CustodyOptions,
  looks: Looks,
  { backup }: RestoredCopy,
  text: string,
  original: string | null,
): Promise<Canary | { readonly refused: string }> {
  const { engine, scratch } = options
  const certified = scratch.path('canary.db')
  const older = scratch.path('canary-older.db')
  const dispose = async () => {
    for (const path of [certified, older]) await removeWithJournals(path)
  }
  const step = async (name: PlantStep): Promise<string | null> => {
    const planted = await engine.plant(certified, name, 0)
    return planted.state === 'done' ? null : reasonOf(planted)
  }
  if (original !== null) await copyAfresh(original, certified)
  const began = await step('tables')
  if (began === null) await copyAfresh(certified, older)
  const refused = began ?? (await step('last-writes'))
  if (refused !== null) {
    await dispose()
    return { refused }
  }
  const manifest = { ...backup.manifest, ...(await fingerprint(certified)) }
  const sight = await lookAtFile(looks, certified)
  const reference: Reference = { backup: provenBackup(options, manifest, sight), sight }
  const { structure } = sight.examination
  const verdicts = [...judgeSight(reference, sight, looks)]
  const remarks = (state: 'noticed' | 'unable') =>
    verdicts.flatMap(([detector, verdict]): { detector: Detector; reason: string }[] =>
      verdict.state === state ? [{ detector, reason: verdict.reason }] : [],
    )
  return {
    text,
    reference,
    certified,
    older,
    pageSize: structure.state === 'done' ? structure.value.pageSize : 4096,
    unable: remarks('unable'),
    falseAlarms: remarks('noticed'),
    dispose,
  }
}

/** The canary as a backup with a certificate, as a proof would have issued it. */
function provenBackup(options: CustodyOptions, manifest: BackupManifest, sight: FileSight): Backup {
  const { digest } = sight.examination
  const certificate = certificateOf(options, manifest, {
    // What may be said of it without cause keeps nobody else from comparing with it.
    examination: { ...cleanOf(sight.examination), digest },
    crossCheck: null,
    crossCheckSkipped: 'it is compared on its own',
    baseline: null,
  })
  return { manifest, certificate: { ...certificate, previous: null }, pin: null, quarantine: null }
}
