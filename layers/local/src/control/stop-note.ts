import { readFileSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { codeOf, hours, ioError } from '@hubkeeper/core'
import * as z from 'zod'
import { syncDirectory, writeWhole } from '../durable-file.ts'
import { startedAfter } from '../host/process-start.ts'

const noteSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  since: z.iso.datetime(),
  /** `host:pid` of the run; null once it gave up starting the server. */
  owner: z.string().nullable(),
  /** Absent where that is `since`. */
  ownedSince: z.iso.datetime().optional(),
})

/** Who has the hub’s server stopped: kept until it is started again. */
export interface StopNote {
  readonly run: string
  readonly since: Date
  readonly owner: string | null
  /** When its owner wrote it: whoever takes a note over began later than the server was stopped. */
  readonly ownedSince: Date
}

/** For how long a note of another machine is believed, ms: of its processes nothing is known. */
const patience = hours(6)

/** The note; null when there is none. @throws HubkeeperError when it cannot be read */
export function readNote(path: string): StopNote | null {
  try {
    const parsed = noteSchema.safeParse(parse(readFileSync(path, 'utf8')))
    if (parsed.success) {
      const { owner, ownedSince, run, since } = parsed.data
      return { run, owner, since: new Date(since), ownedSince: new Date(ownedSince ?? since) }
    }
    // Whatever happened to it: that it is there says that something was stopped.
    const { mtime } = statSync(path)
    return { run: 'unknown', since: mtime, owner: null, ownedSince: mtime }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw ioError(error, path, 'cannot read')
  }
}

/** Makes a note durable, before what it says is done. @throws HubkeeperError */
export function writeNote(path: string, { ownedSince, owner, run, since }: StopNote): void {
  try {
    writeWhole(path, `${JSON.stringify({ schema: 1, run, since, owner, ownedSince })}\n`)
  } catch (error) {
    throw ioError(error, path, 'cannot write')
  }
}

/** Takes the note away, durably. @throws HubkeeperError */
export function removeNote(path: string): void {
  try {
    rmSync(path, { force: true })
    syncDirectory(dirname(path))
  } catch (error) {
    throw ioError(error, path, 'cannot delete')
  }
}

/** Whether nobody is going to start the server any more that a note is of. */
export function isLeft(
  { ownedSince, owner }: StopNote,
  isGone: (owner: string) => boolean,
  now: Date,
): boolean {
  if (owner === null || isGone(owner)) return true
  const host = `${hostname()}:`
  if (!owner.startsWith(host)) return now.getTime() - ownedSince.getTime() > patience
  return startedAfter(Number(owner.slice(host.length)), ownedSince)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
