import type { PackageVersion } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import { packageKey, packageKeyOf } from './package-key.ts'
import { modifiedAt, readRecord } from './record.ts'

/** More of them are counted, not named. */
const maxNamed = 100

/** Keeps the records of some packages out of any number of records. */
export interface RecordSieve {
  /** A document with one record or a list of them; `place` is for people. */
  add(json: string, place: string): void
  /** Something else that could not be read, in words. */
  note(unreadable: string): void
  /** What there is so far. */
  result(): SievedRecords
}

/** See {@link RecordSieve}. */
export interface SievedRecords {
  /** As they came. */
  readonly kept: readonly unknown[]
  /** Records that could be read, those of other packages among them. */
  readonly seen: number
  readonly newestAt: Date | null
  readonly unreadable: readonly string[]
}

/** A sieve that keeps the records that may concern one of `packages`. */
export function recordSieve(packages: readonly PackageVersion[]): RecordSieve {
  const asked = new Set(packages.map(packageKey))
  const kept: unknown[] = []
  const unreadable: string[] = []
  let seen = 0
  let left = 0
  let newest = Number.NEGATIVE_INFINITY

  const note = (text: string): void => {
    if (unreadable.length < maxNamed) unreadable.push(text)
    else left += 1
  }
  const addRecord = (raw: unknown, place: string): void => {
    const read = readRecord(raw)
    if ('unreadable' in read) {
      note(`${plainLine(place, 200)}: ${read.unreadable}`)
      return
    }
    seen += 1
    newest = Math.max(newest, modifiedAt(read.record)?.getTime() ?? newest)
    const concerns = read.record.affected?.some((entry) => asked.has(packageKeyOf(entry) ?? ''))
    if (concerns === true) kept.push(raw)
  }
  return {
    note,
    add(json, place) {
      const parsed = parse(json)
      if (parsed === null) note(`${plainLine(place, 200)} is not JSON`)
      else
        for (const raw of Array.isArray(parsed.value) ? parsed.value : [parsed.value]) addRecord(raw, place)
    },
    result: () => ({
      kept,
      seen,
      newestAt: Number.isFinite(newest) ? new Date(newest) : null,
      unreadable: left === 0 ? unreadable : [...unreadable, `and ${left} more that could not be read`],
    }),
  }
}

function parse(json: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(json) }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
