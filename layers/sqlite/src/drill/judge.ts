import {
  type CrossCheck,
  type Detector,
  detectors,
  type Examination,
  type Outcome,
  reasonOf,
} from '@hubkeeper/core'
import { certify, type Judgement, violationsOf } from '../custody/certify.ts'
import { bytesAlone } from './certificate.ts'
import {
  type FileSight,
  type Looks,
  type Reference,
  silent,
  unanswered,
  type Verdict,
  type Verdicts,
} from './look.ts'

/**
 * Who noticed that a file is not what the reference is. Each detector is asked on its own: what it saw is put
 * into an otherwise clean examination, and it has noticed when no certificate would be issued for that. What
 * keeps a file from being opened counts for `structure`, not for those that could not look because of it.
 */
export function judgeSight(reference: Reference, sight: FileSight, looks: Pick<Looks, 'vanished'>): Verdicts {
  const { structure } = sight.examination
  const verdictOf = (detector: FileDetector): Verdict => {
    if (detector === 'bytes') return bytesVerdict(reference, sight)
    if (detector === 'cross-check') return crossCheckVerdict(reference, sight)
    if (structure.state === 'done') return verdictInside(detector, reference, sight, looks)
    const reason = unanswered(structure)
    if (reason !== null) return { state: 'unable', reason }
    return detector === 'structure' ? noticed(reasonOf(structure)) : silent
  }
  return new Map(detectors.filter(looksAtFile).map((detector) => [detector, verdictOf(detector)]))
}

type FileDetector = Exclude<Detector, 'chain'>

const looksAtFile = (detector: Detector): detector is FileDetector => detector !== 'chain'

const noticed = (reason: string): Verdict => ({ state: 'noticed', reason })

/** What would be certified of a file of which only this was seen. */
const judgementOf = (
  { backup: { manifest }, sight }: Reference,
  examination: Examination,
  crossCheck: Outcome<CrossCheck> | null = null,
): Judgement =>
  certify({
    manifest,
    bytes: manifest.bytes,
    sha256: manifest.sha256,
    examination,
    crossCheck,
    crossCheckSkipped: null,
    baseline: violationsOf(sight.examination),
  })

/** What a certificate would have against it. */
const faultsOf = (...seen: Parameters<typeof judgementOf>): readonly string[] => judgementOf(...seen).faults

const done = <T>(value: T): Outcome<T> => ({ state: 'done', value })

/** An examination that found nothing, of the same file. */
export const cleanOf = (examination: Examination): Examination => ({
  ...examination,
  integrity: done([]),
  foreignKeys: done([]),
  searchIndexes: done([]),
  digest: done({ version: 1, value: '', tables: [] }),
})

const firstOf = (faults: readonly string[]): Verdict => {
  const [fault] = faults
  return fault === undefined ? silent : noticed(fault)
}

function bytesVerdict({ backup: { manifest } }: Reference, { bytes, sha256 }: FileSight): Verdict {
  const { faults, level } = certify({ manifest, bytes, sha256, ...bytesAlone })
  return level === 'none' ? firstOf(faults) : silent
}

function crossCheckVerdict(reference: Reference, { crossCheck, examination }: FileSight): Verdict {
  const reason = unanswered(crossCheck)
  if (reason !== null) return { state: 'unable', reason }
  // Where the first engine read no content, there is nothing that the second could differ from.
  const { digest } = examination.digest.state === 'done' ? examination : reference.sight.examination
  return firstOf(faultsOf(reference, { ...cleanOf(reference.sight.examination), digest }, crossCheck))
}

/** The verdict of a detector that looks inside of a file that can be opened. */
function verdictInside(
  detector: Exclude<FileDetector, 'bytes' | 'cross-check'>,
  reference: Reference,
  { examination }: FileSight,
  looks: Pick<Looks, 'vanished'>,
): Verdict {
  const { contents, digest, foreignKeys, integrity, searchIndexes, structure } = examination
  const clean = cleanOf(examination)
  const judged = (outcome: Outcome<unknown>, part: Partial<Examination>): Verdict => {
    const reason = unanswered(outcome)
    return reason === null ? firstOf(faultsOf(reference, { ...clean, ...part })) : { state: 'unable', reason }
  }
  switch (detector) {
    case 'structure':
      return judged(structure, {})
    case 'integrity':
      return judged(integrity, { integrity })
    case 'foreign-keys':
      return judged(foreignKeys, { foreignKeys })
    case 'search-indexes':
      return judged(unfinishedIndex(searchIndexes) ?? searchIndexes, { searchIndexes })
    case 'content':
      return digest.state === 'done'
        ? contentVerdict(reference, digest.value.value)
        : judged(digest, { digest })
    case 'vanished': {
      const reason = unanswered(digest) ?? unanswered(contents)
      if (reason !== null) return { state: 'unable', reason }
      // Where the content could not be read, it is not known to have vanished.
      if (digest.state !== 'done' || contents.state !== 'done') return silent
      const lost = looks.vanished(reference.backup, judgementOf(reference, { ...clean, contents, digest }))
      return lost === null ? silent : noticed(lost)
    }
  }
}

/** The first index that could not be checked to the end; null where all were. */
const unfinishedIndex = (checks: Examination['searchIndexes']): Outcome<unknown> | null =>
  checks.state === 'done'
    ? (checks.value.map(({ outcome }) => outcome).find((outcome) => unanswered(outcome) !== null) ?? null)
    : null

function contentVerdict({ backup: { certificate } }: Reference, digest: string): Verdict {
  const certified = certificate?.digest ?? null
  return certified === digest ? silent : noticed(`content digest ${digest}, where ${certified} was certified`)
}
