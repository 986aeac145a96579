import { formatBytes, keys, mebibytes, type ObjectStore, parseStored, type ScanEnd } from '@hubkeeper/core'
import * as z from 'zod'
import type { BuiltScanner } from './order.ts'

/** More of an output is not read, nor left by a build: a function has it in memory, twice. */
export const maxOutput = mebibytes(32)

const moment = z.iso
  .datetime({ offset: true })
  .nullable()
  .catch(null)
  .transform((text) => (text === null ? null : new Date(text)))

/** How a scanner ended, as `infra/scanners/scan.py` writes it. */
const endSchema = z.object({
  failure: z.string().nullable(),
  log: z.array(z.string()).max(100).catch([]),
  seconds: z.number().nonnegative(),
  version: z.string().nullable(),
  builtAt: moment,
  databaseAt: moment,
})

/**
 * What a build left of one scanner; null where it left nothing.
 *
 * @throws HubkeeperError when the store cannot be read
 */
export async function resultOf(
  store: Pick<ObjectStore, 'get' | 'head'>,
  build: string,
  scanner: BuiltScanner,
): Promise<ScanEnd | null> {
  // A build is `<project>:<id>`.
  const folder = `${keys.scans}${build.slice(build.lastIndexOf(':') + 1)}/`
  const stored = await store.get(`${folder}${scanner}.end.json`)
  if (stored === null) return null
  const end = parseStored(stored.body, endSchema)
  if (end === null) return failed('how it ended cannot be read')
  if (end.failure !== null) return failed(end.failure, end.log)
  const key = `${folder}${scanner}.json`
  const info = await store.head(key)
  if (info === null) return failed('its output is missing', end.log)
  if (info.bytes > maxOutput) {
    return failed(`it printed ${formatBytes(info.bytes)}, where ${formatBytes(maxOutput)} are read`, end.log)
  }
  const output = await store.get(key)
  if (output === null) return failed('its output is missing', end.log)
  const { builtAt, databaseAt, seconds, version } = end
  const text = new TextDecoder().decode(output.body)
  return { state: 'done', version, builtAt, databaseAt, output: text, seconds }
}

/** A scan that came to nothing. */
export const failed = (reason: string, output: readonly string[] = []): ScanEnd => ({
  state: 'failed',
  reason,
  output,
})
