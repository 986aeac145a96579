import {
  type CrossCheck,
  type Examination,
  type ExaminationPart,
  examinationParts,
  keys,
  type Outcome,
} from '@hubkeeper/core'
import * as z from 'zod'
import { partSchemas, resultSchemas } from '../engine/protocol.ts'
import { markRecord } from './marks.ts'
import type { CustodyOptions } from './options.ts'

/** Where an examination has the outcome of each part. */
export const fieldOf = {
  structure: 'structure',
  integrity: 'integrity',
  'foreign-keys': 'foreignKeys',
  'search-indexes': 'searchIndexes',
  hazards: 'hazards',
  digest: 'digest',
  contents: 'contents',
  statistics: 'statistics',
} as const satisfies Record<ExaminationPart, keyof Examination>

/** What was seen of a file so far. */
export interface Seen {
  readonly parts: Pick<Examination, (typeof fieldOf)[ExaminationPart]>
  readonly seconds: Examination['seconds']
  /** Null when it was not made. */
  readonly crossCheck: Outcome<CrossCheck> | null
}

/** What looks: what it says of a file holds for itself alone. */
const engine = `SQLite ${process.versions.sqlite}, Node.js ${process.versions.node}`

const notYet = { state: 'stopped', by: 'time-limit', detail: 'no time was left for it' } as const

const partsSchema = z.strictObject({
  structure: partSchemas.structure.default(notYet),
  integrity: partSchemas.integrity.default(notYet),
  foreignKeys: partSchemas['foreign-keys'].default(notYet),
  searchIndexes: partSchemas['search-indexes'].default(notYet),
  hazards: partSchemas.hazards.default(notYet),
  digest: partSchemas.digest.default(notYet),
  contents: partSchemas.contents.default(notYet),
  statistics: partSchemas.statistics.default(notYet),
})

const progressSchema = z.strictObject({
  /** Of the bytes that were looked at. */
  sha256: z.string(),
  engine: z.string(),
  run: z.string(),
  at: z.iso.datetime(),
  parts: partsSchema,
  seconds: z.partialRecord(z.enum(examinationParts), z.number().nonnegative()),
  crossCheck: resultSchemas['cross-check'].nullable(),
})

/** Proofs that were begun and have no certificate yet. */
export const proofs = markRecord(keys.proofProgress, 'proofs', progressSchema, { mayBeginAnew: true })

/** What was seen of a file that nobody looked at yet. */
export const nothingSeen: Seen = { parts: partsSchema.parse({}), seconds: {}, crossCheck: null }

/** What an earlier attempt saw of exactly these bytes with this very engine; null when there was none. */
export async function progressOf(
  { store }: CustodyOptions,
  id: string,
  sha256: string,
): Promise<Seen | null> {
  const found = (await proofs.read(store)).get(id)
  return found === undefined || found.sha256 !== sha256 || found.engine !== engine ? null : found
}

/** Keeps what is known for good; whatever was found wrong, or not found out, is looked at again. */
export async function keepProgress(
  { fence, now, run, store }: CustodyOptions,
  id: string,
  sha256: string,
  { crossCheck, parts, seconds }: Seen,
): Promise<void> {
  const clean = {
    ...parts,
    integrity: cleanOr(parts.integrity, (problems) => problems.length === 0),
    searchIndexes: cleanOr(parts.searchIndexes, (indexes) =>
      indexes.every(({ outcome }) => outcome.state === 'done' && outcome.value === null),
    ),
  }
  const done = Object.entries(clean).filter(([, { state }]) => state === 'done')
  const progress = {
    sha256,
    engine,
    run,
    at: now().toISOString(),
    parts: Object.fromEntries(done),
    seconds,
    crossCheck: crossCheck?.state === 'done' && crossCheck.value.integrity.length === 0 ? crossCheck : null,
  }
  await proofs.set(store, id, progressSchema.parse(progress), fence)
}

/** What found nothing wrong; else as if nobody had looked. */
const cleanOr = <T>(outcome: Outcome<T>, isClean: (value: T) => boolean): Outcome<T> =>
  outcome.state === 'done' && isClean(outcome.value) ? outcome : notYet
