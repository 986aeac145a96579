import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { codeOf, HubkeeperError, ioError, PreconditionFailedError } from '@hubkeeper/core'
import { etagOf } from './etag.ts'
import { bufferFor, writeAll } from './transfer.ts'

/** A file as it was at one moment. */
export interface StillCopy {
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
  readonly stats: BigIntStats
}

/** How often a file is copied that is written meanwhile, and the first pause before it is again, ms. */
const patience = { attempts: 6, pause: 40 } as const

/** Within one tick of the file system's clock two writes leave one time, ms. */
const tick = 30

/** Whether the file is the same one, with the same content, by all that its system tells. */
export const isSameState = (a: BigIntStats, b: BigIntStats): boolean =>
  a.dev === b.dev && etagOf(a) === etagOf(b)

/**
 * Copies a plain file as it is at one moment into a new one, or with null only hashes it. No link is followed.
 *
 * @returns null when there is none
 * @throws PreconditionFailedError when it was written to all the while
 */
export async function copyStill(key: string, from: string, to: string | null): Promise<StillCopy | null> {
  for (let attempt = 1; ; attempt++) {
    const source = await openPlain(from)
    if (source === null) return null
    try {
      const copy = await copyOnce(source, from, to)
      if (copy !== null) return copy
    } catch (error) {
      throw ioError(error, from, 'cannot copy')
    } finally {
      await source.close()
    }
    if (attempt === patience.attempts) {
      throw new PreconditionFailedError(key, 'that it stands still while it is copied')
    }
    await setTimeout(patience.pause * 2 ** (attempt - 1))
  }
}

/** Null when it changed meanwhile, or may have. */
async function copyOnce(source: FileHandle, from: string, to: string | null): Promise<StillCopy | null> {
  const begun = Date.now()
  const before = await source.stat({ bigint: true })
  const hash = createHash('sha256')
  const buffer = bufferFor(before.size)
  if (to === null) await each(source, buffer, async (chunk) => void hash.update(chunk))
  else await write(to, source, buffer, (chunk) => hash.update(chunk))
  const after = await lstat(from, { bigint: true }).catch(() => null)
  const settled = Math.abs(begun - Number(before.ctimeMs)) > tick
  if (settled && after !== null && isSameState(before, after)) {
    return { bytes: Number(before.size), sha256: hash.digest('hex'), stats: before }
  }
  if (to !== null) await rm(to, { force: true })
  return null
}

async function write(
  to: string,
  source: FileHandle,
  buffer: Buffer,
  seen: (chunk: Uint8Array) => void,
): Promise<void> {
  const target = await open(to, 'wx', 0o600)
  try {
    await each(source, buffer, async (chunk) => {
      seen(chunk)
      await writeAll(target, chunk)
    })
  } catch (error) {
    await rm(to, { force: true })
    throw error
  } finally {
    await target.close()
  }
}

async function each(
  source: FileHandle,
  buffer: Buffer,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, null)
    if (bytesRead === 0) return
    await take(buffer.subarray(0, bytesRead))
  }
}

/** A plain file, opened; null when there is none. @throws HubkeeperError for anything else, a link above all */
async function openPlain(path: string): Promise<FileHandle | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const handle = await open(path, flags)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code !== 'ELOOP' && code !== 'ENXIO') throw ioError(error, path, 'cannot read')
  }
  throw new HubkeeperError('not-available', `${path} is no plain file`, {
    hint: 'links, pipes and the like are not followed; name what a link leads to',
  })
}
