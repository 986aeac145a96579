import {
  type Backup,
  type Certificate,
  type ChainCheck,
  type CrossCheck,
  type Detector,
  type Examination,
  judgeContent,
  noExpectations,
  type ObjectStore,
  type Outcome,
  reasonOf,
  seconds,
} from '@hubkeeper/core'
import { checkChain } from '../custody/chain-check.ts'
import { certifiedParts, whyNoCrossCheck } from '../custody/look.ts'
import type { CustodyOptions } from '../custody/options.ts'
import { fingerprint } from '../custody/scratch.ts'

/** What a certificate says of the content. */
export type CertifiedContent = Pick<Certificate, 'digest' | 'tables'>

/** What looks in a drill: the same code that looks in a proof. */
export interface Looks {
  fingerprint(path: string): Promise<{ readonly bytes: number; readonly sha256: string }>
  examine(path: string): Promise<Examination>
  /** Only within the limit of a proof. */
  crossCheck(path: string, bytes: number): Promise<Outcome<CrossCheck>>
  /** What vanished since the newest proven backup, in words; null when nothing did. */
  vanished(newest: Backup, content: CertifiedContent): string | null
  checkChain(store: ObjectStore): Promise<ChainCheck>
}

/** What looks in a proof. */
export const looksOfProofs = ({
  crossCheckMaxBytes,
  engine,
  scratch,
}: Pick<CustodyOptions, 'crossCheckMaxBytes' | 'engine' | 'scratch'>): Looks => ({
  fingerprint,
  examine: (path) => engine.examine(path, { parts: certifiedParts, scratch: scratch.directory }),
  async crossCheck(path, bytes) {
    const reason = whyNoCrossCheck({ crossCheckMaxBytes }, bytes)
    return reason === null ? engine.crossCheck(path) : { state: 'skipped', reason }
  },
  vanished,
  checkChain,
})

/** A little later than the newest proven backup, ms: it is judged by what was taken before. */
const later = seconds(1)

function vanished(newest: Backup, content: CertifiedContent): string | null {
  const { findings } = judgeContent({
    content,
    takenAt: new Date(Date.parse(newest.manifest.takenAt) + later),
    backups: [newest],
    expectations: noExpectations,
    thresholds: {},
  })
  const lost = findings.find(({ status }) => status === 'warning' || status === 'critical')
  return lost === undefined ? null : `${lost.subject ?? 'the database'}: ${lost.expected} to ${lost.actual}`
}

/** Everything that was seen of one file. */
export interface FileSight {
  readonly bytes: number
  readonly sha256: string
  readonly examination: Examination
  readonly crossCheck: Outcome<CrossCheck>
}

/** Lets everything look at a file at rest. */
export async function lookAtFile(looks: Looks, path: string): Promise<FileSight> {
  const print = await looks.fingerprint(path)
  // Both engines only read it, each in a process of its own, as in a proof.
  const [examination, crossCheck] = await Promise.all([
    looks.examine(path),
    looks.crossCheck(path, print.bytes),
  ])
  return { ...print, examination, crossCheck }
}

/** The canary as it is without any fault, and as a backup that was proven. */
export interface Reference {
  readonly backup: Backup
  readonly sight: FileSight
}

/** What a detector has to say of a fault. */
export type Verdict =
  | { readonly state: 'noticed'; readonly reason: string }
  | { readonly state: 'silent' }
  /** It did not look, or was ended before it could tell. */
  | { readonly state: 'unable'; readonly reason: string }

/** The verdicts of those that looked; who is not among them had nothing to look at. */
export type Verdicts = ReadonlyMap<Detector, Verdict>

export const silent: Verdict = { state: 'silent' }

/** Why a look has no answer, in words; null where it has one. */
export const unanswered = (outcome: Outcome<unknown>): string | null =>
  outcome.state === 'skipped' || outcome.state === 'stopped' ? reasonOf(outcome) : null
