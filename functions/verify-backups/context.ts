import {
  ageOf,
  type ChainCheck,
  type ChainFault,
  type Context,
  type Coverage,
  type Figure,
  type Finding,
  figure,
  finding,
  HubkeeperError,
  type Proof,
  type ProofStage,
  proofStages,
  type StrayBackup,
} from '@hubkeeper/core'

/** What it may touch: it certifies, and puts what vanished into quarantine. */
export const access = { backups: 'write', ledger: 'hold' } as const

/** What a run has. */
export type VerifyContext = Context<typeof access>

/** Trouble that concerns one backup, or the time that is left; anything else ends the run. */
export const isTrouble = (error: unknown, code: 'backup-missing' | 'time-limit'): error is HubkeeperError =>
  error instanceof HubkeeperError && error.code === code

/** Trouble that came of reading, or looking at, one backup: the others may be well. */
export const isUnread = (error: unknown): error is HubkeeperError =>
  error instanceof HubkeeperError &&
  (error.code === 'io' || error.code === 'no-access' || error.code === 'engine-failed')

/** A backup that could not be looked at; the run fails for it, after it has looked at the others. */
export const unreadFinding = (id: string, { hint, message }: HubkeeperError): Finding =>
  finding('backup.certified', 'unknown', { subject: id, actual: message, advice: hint })

/** How long each stage of the proofs took. */
export function stageFigures(proofs: readonly Proof[]): Figure[] {
  const took = (stage: ProofStage): number[] =>
    proofs.flatMap(({ certificate }) =>
      certificate.stages.filter((each) => each.stage === stage).map(({ seconds }) => seconds),
    )
  return proofStages.flatMap((stage) => {
    const all = took(stage)
    return all.length === 0
      ? []
      : [
          figure(
            'proof.duration',
            all.reduce((sum, seconds) => sum + seconds, 0),
            'seconds',
            stage,
          ),
        ]
  })
}

/** Every byte that these proofs read back. */
export const bytesRead = (proofs: readonly Proof[]): number =>
  proofs.reduce((sum, { certificate }) => sum + certificate.bytes + (certificate.files?.bytes ?? 0), 0)

/** How many bytes were read back, and how long ago those that were not for the longest time. */
export const coverageFigures = ({ oldest }: Coverage, at: Date, read: number): Figure[] => [
  figure('backup.verified-bytes', read, 'bytes'),
  ...(oldest === null ? [] : [figure('backup.unverified-age', ageOf(oldest.verifiedAt, at), 'seconds')]),
]

/** A backup that was there when it was listed, and is gone. */
export const goneFinding = (id: string, { message }: HubkeeperError): Finding =>
  finding('backup.certified', 'critical', { subject: id, expected: 'content', actual: message })

/** The chain without what these proofs have mended. */
export function chainAfter(chain: ChainCheck, proofs: readonly Proof[]): ChainCheck {
  const certified = new Set(proofs.map(({ certificate }) => certificate.backup))
  const isMended = ({ backup, kind }: ChainFault): boolean =>
    kind === 'backup-without-certificate' && backup !== null && certified.has(backup)
  return { ...chain, faults: chain.faults.filter((fault) => !isMended(fault)) }
}

/**
 * Parts of backups that are not whole. What was certified once, and was not deleted by retention, is lost;
 * what has no manifest and never had a certificate was only cut short.
 */
export function strayFindings(strays: readonly StrayBackup[], { faults }: ChainCheck): Finding[] {
  const unknown = faults.some(({ kind }) => kind === 'chain-unreadable')
  return strays.map(({ certified, id, lack, reason }) => {
    const lost = certified && (unknown || faults.some(({ backup }) => backup === id))
    const details = { subject: id, expected: 'a whole backup', actual: reason }
    return lack !== 'manifest' || lost
      ? finding('backup.certified', 'critical', details)
      : finding('backup.proven', 'warning', details)
  })
}
