import {
  type Examination,
  type ExaminationPart,
  examinationParts,
  formatBytes,
  mebibytes,
  type RestoredCopy,
} from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { fieldOf, keepProgress, nothingSeen, progressOf, type Seen } from './progress.ts'
import { timeLeft } from './reading-time.ts'

/** What was seen of an intact copy. */
export interface Sight {
  readonly examination: Examination
  readonly crossCheck: Seen['crossCheck']
  /** Why there is no cross-check, where none was made. */
  readonly crossCheckSkipped: string | null
  /** Parts that a certificate needs, and for which there was no time. */
  readonly unfinished: readonly ExaminationPart[]
  /** Whether this attempt saw a part that no earlier one had. */
  readonly advanced: boolean
  /** Whether something of it is kept for another attempt. */
  readonly kept: boolean
}

/** Of smaller files so little is lost with an attempt that nothing is kept in between, bytes. */
const largeBytes = mebibytes(64)

/** Parts that a certificate is judged from. */
export const certifiedParts = [
  'structure',
  'integrity',
  'foreign-keys',
  'search-indexes',
  'digest',
  'contents',
] as const satisfies readonly ExaminationPart[]

/** What is looked at together, in order: what was seen of a large file is kept after each. */
const rounds: readonly (readonly ExaminationPart[])[] = [
  ['structure', 'integrity', 'foreign-keys', 'search-indexes'],
  ['digest', 'contents'],
  ['hazards', 'statistics'],
]

/** Looks at everything that no earlier attempt has seen of exactly these bytes. */
export async function lookAt(options: CustodyOptions, copy: RestoredCopy): Promise<Sight> {
  const { id } = copy.backup.manifest
  const before = await progressOf(options, id, copy.sha256)
  const known = before ?? nothingSeen
  // Both engines only read it, each in a process of its own.
  const [looked, second] = await Promise.all([
    lookInRounds(options, copy, known),
    known.crossCheck === null
      ? crossCheck(options, copy)
      : { crossCheck: known.crossCheck, crossCheckSkipped: null },
  ])
  const unfinished = certifiedParts.filter((part) => isOutOfTime(looked, part))
  if (unfinished.length > 0) await keepProgress(options, id, copy.sha256, { ...looked, ...second })
  return {
    examination: { ...looked.parts, seconds: looked.seconds, peakMemory: looked.peakMemory },
    ...second,
    unfinished,
    advanced: examinationParts.some((part) => isDone(looked, part) && !isDone(known, part)),
    kept: before !== null || looked.kept,
  }
}

const isDone = ({ parts }: Seen, part: ExaminationPart): boolean => parts[fieldOf[part]].state === 'done'

function isOutOfTime({ parts }: Seen, part: ExaminationPart): boolean {
  const outcome = parts[fieldOf[part]]
  return outcome.state === 'stopped' && outcome.by === 'time-limit'
}

interface Looked extends Seen {
  readonly peakMemory: number | null
  readonly kept: boolean
}

async function lookInRounds(options: CustodyOptions, copy: RestoredCopy, known: Seen): Promise<Looked> {
  const { engine, scratch } = options
  const large = copy.bytes > largeBytes
  let looked: Looked = { ...known, peakMemory: null, kept: false }
  for (const round of large ? rounds : [examinationParts]) {
    const parts = round.filter((part) => !isDone(looked, part))
    if (parts.length === 0) continue
    const timeLimit = timeLeft(options)
    if (timeLimit <= 0) break
    const seen = await engine.examine(copy.path, { parts, scratch: scratch.directory, timeLimit })
    looked = {
      ...looked,
      parts: merge(looked.parts, seen, parts),
      seconds: { ...looked.seconds, ...seen.seconds },
      peakMemory: greater(looked.peakMemory, seen.peakMemory),
    }
    if (parts.some((part) => isOutOfTime(looked, part))) break
    if (!large || round === rounds.at(-1)) continue
    await keepProgress(options, copy.backup.manifest.id, copy.sha256, looked)
    looked = { ...looked, kept: true }
  }
  return looked
}

const greater = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

/** What was looked at now, and what was known of the rest. */
const merge = (
  known: Seen['parts'],
  seen: Examination,
  asked: readonly ExaminationPart[],
): Seen['parts'] => ({
  ...known,
  ...Object.fromEntries(asked.map((part) => [fieldOf[part], seen[fieldOf[part]]])),
})

async function crossCheck(
  options: CustodyOptions,
  copy: RestoredCopy,
): Promise<Pick<Sight, 'crossCheck' | 'crossCheckSkipped'>> {
  const crossCheckSkipped = whyNoCrossCheck(options, copy.bytes)
  if (crossCheckSkipped !== null) return { crossCheck: null, crossCheckSkipped }
  const timeLimit = Math.max(1, timeLeft(options))
  return { crossCheck: await options.engine.crossCheck(copy.path, { timeLimit }), crossCheckSkipped }
}

/** Why a file of that size is not cross-checked, in words; null where it is. */
export const whyNoCrossCheck = (
  { crossCheckMaxBytes }: Pick<CustodyOptions, 'crossCheckMaxBytes'>,
  bytes: number,
): string | null =>
  bytes <= crossCheckMaxBytes
    ? null
    : `${formatBytes(bytes)} is more than database.crossCheckMaxBytes (${formatBytes(crossCheckMaxBytes)})`
