import {
  type AdvisoryAnswer,
  type AdvisorySource,
  formatBytes,
  messageOf,
  type ObjectStore,
  type PackageVersion,
} from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import { type AdvisoryFile, type AdvisoryFiles, advisoryObjects } from './advisory-files.ts'
import { readArchive } from './archive.ts'
import { AdvisoriesRefusedError, type AdvisoryLimits, advisoryLimits } from './limits.ts'
import { lines } from './pieces.ts'
import { type RecordSieve, recordSieve } from './sieve.ts'

/** Small files that are read at once. */
const width = 16

type Refusal = (why: string) => never

/** Reads every file; what a file holds is told by its extension, and what else lies there is left alone. */
async function readAll(
  files: AdvisoryFiles,
  sieve: RecordSieve,
  limits: AdvisoryLimits,
): Promise<Date | null> {
  const refuse: Refusal = (why) => {
    throw new AdvisoriesRefusedError(`${plainLine(files.source, 200)} is refused: ${why}`)
  }
  let waiting: Promise<void>[] = []
  let newest: Date | null = null
  let count = 0
  let bytes = 0
  for await (const file of files.files()) {
    if (!/\.(?:json|jsonl|zip)$/i.test(file.name)) continue
    if (file.broken !== undefined) {
      sieve.note(`${plainLine(file.name, 200)}: ${file.broken}`)
      continue
    }
    count += 1
    bytes += file.bytes
    if (count > limits.files) refuse(`there are more than ${limits.files} files`)
    if (bytes > limits.total) refuse(`its files have more than ${formatBytes(limits.total)}`)
    if (newest === null || file.modifiedAt > newest) newest = file.modifiedAt
    if (/\.json$/i.test(file.name)) waiting.push(readDocument(file, sieve, limits))
    else await readMany(file, sieve, limits)
    if (waiting.length < width) continue
    await Promise.all(waiting)
    waiting = []
  }
  await Promise.all(waiting)
  return newest
}

/** One record, or a list of them. */
async function readDocument(
  file: AdvisoryFile,
  sieve: RecordSieve,
  { record }: AdvisoryLimits,
): Promise<void> {
  if (file.bytes > record)
    return sieve.note(`${plainLine(file.name, 200)} is larger than ${formatBytes(record)}: it was not read`)
  sieve.add(new TextDecoder().decode(await file.read(0, file.bytes)), file.name)
}

async function readMany(file: AdvisoryFile, sieve: RecordSieve, limits: AdvisoryLimits): Promise<void> {
  if (/\.zip$/i.test(file.name)) return readArchive(file, limits, (json, place) => sieve.add(json, place))
  let line = 0
  for await (const text of lines(file, limits.record)) {
    line += 1
    if (text.trim() !== '') sieve.add(text, `${file.name}:${line}`)
  }
}

/**
 * Advisories in the OSV format out of files: one record each in `.json`, one a line in `.jsonl`, or the archive of
 * osv.dev, https://google.github.io/osv.dev/data/. It counts nothing itself, and makes no requests.
 */
export function advisoriesIn(files: AdvisoryFiles, limits: AdvisoryLimits = advisoryLimits): AdvisorySource {
  const failed = (reason: string): AdvisoryAnswer => ({
    state: 'failed',
    source: files.source,
    reason,
    requests: 0,
  })
  return {
    async query(packages: readonly PackageVersion[]) {
      const sieve = recordSieve(packages)
      try {
        const readAt = await readAll(files, sieve, limits)
        const { kept, newestAt, seen, unreadable } = sieve.result()
        if (readAt === null) return failed(`there are no advisories at ${plainLine(files.source, 200)}`)
        if (seen === 0)
          return failed(
            `${plainLine(files.source, 200)} holds no advisory that can be read (${unreadable[0] ?? 'it is empty'})`,
          )
        const origin = { source: files.source, newestAt, readAt }
        return { state: 'done', origin, records: kept, matches: null, requests: 0, unreadable }
      } catch (error) {
        // Whatever a store or a file did: the task says that it could not look.
        return failed(plainLine(messageOf(error)))
      }
    },
  }
}

/** {@link advisoriesIn} a directory or a file of a store. */
export const storedAdvisories = (at: {
  readonly store: Pick<ObjectStore, 'get' | 'head' | 'list'>
  /** Key of the file, or of the directory. */
  readonly place: string
}): AdvisorySource => advisoriesIn(advisoryObjects(at))
