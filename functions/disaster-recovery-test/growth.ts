import {
  type Backup,
  type Finding,
  figure,
  finding,
  forecastFinding,
  formatBytes,
  formatDuration,
  type GrowthLimit,
  growthOf,
  isProven,
  mebibytes,
  only,
  type Part,
  type ProofStage,
  proofStages,
  thresholdsOf,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'
import { growing, type Stages, totalOf } from './rto.ts'

/** Of smaller databases, what takes time is mostly not their size, bytes. */
const tellingSize = mebibytes(16)

/** A limit; or why there is nothing to say of it, in words. */
type Limit = GrowthLimit | { readonly name: string; readonly reason: string }

/** When growth reaches what the platform, the proof or the recovery time allow. */
export function growthPart(
  context: DrillContext,
  all: readonly Backup[],
  newest: Backup,
  stages: Stages | null,
): Part {
  const { at } = context
  const sizes = all
    .filter(isProven)
    .map(({ manifest: { bytes, takenAt } }) => ({ at: new Date(takenAt), bytes }))
  const growth = growthOf(sizes, at)
  if (typeof growth === 'string') return only(finding('growth.forecast', 'skipped', { actual: growth }))
  const limits = limitsOf(context, newest, stages)
  const findings = limits.map(
    (limit): Finding =>
      'reason' in limit
        ? finding('growth.forecast', 'skipped', { subject: limit.name, actual: limit.reason })
        : forecastFinding(growth, limit, at),
  )
  return { findings, figures: [figure('growth.per-day', growth.bytesPerDay, 'bytes')] }
}

function limitsOf(context: DrillContext, newest: Backup, stages: Stages | null): Limit[] {
  const { platform } = context.recovery
  return [
    ...(platform === null ? [] : [scratchLimit(platform.scratchBytes)]),
    proofLimit(context, newest, stages),
    recoveryLimit(context, newest, stages),
  ]
}

/** Maintenance has the database and its compact copy there at once. */
const scratchLimit = (bytes: number): GrowthLimit => ({
  name: 'scratch disk of a function',
  bytes: bytes / 2,
  because: `maintenance needs twice the size on scratch disk, of which a function has ${formatBytes(bytes)} at most`,
})

/** What takes time, it takes of each byte: one check may not take longer than configured, nor all of it on AWS. */
function proofLimit(
  { hub, recovery: { platform } }: DrillContext,
  { certificate, manifest: { bytes } }: Backup,
  stages: Stages | null,
): Limit {
  const name = 'time of a proof'
  if (bytes < tellingSize) return { name, reason: tooSmall(bytes) }
  const certified = certificate?.stages ?? []
  const sum = (wanted: readonly ProofStage[]): number =>
    certified.reduce((total, { seconds, stage }) => total + (wanted.includes(stage) ? seconds : 0), 0)
  const check = sum(['structure', 'content']) || (stages?.prove ?? 0)
  const whole = sum(proofStages) || (stages === null ? 0 : growing(stages))
  const limits = [
    { taken: check, limit: hub.database.checkTimeoutMinutes * 60, what: 'a check' },
    ...(platform === null ? [] : [{ taken: whole, limit: platform.seconds, what: 'a proof' }]),
  ].filter(({ taken }) => taken > 0)
  const [nearest] = limits.toSorted((a, b) => a.limit / a.taken - b.limit / b.taken)
  if (nearest === undefined) return { name, reason: 'no proof was timed' }
  const { limit, taken, what } = nearest
  return {
    name,
    bytes: (bytes / taken) * limit,
    because: `${what} took ${formatDuration(taken * 1000)}, and is ended after ${formatDuration(limit * 1000)}`,
  }
}

/** Reading back and proving take longer with each byte; files and start-up are taken to stay as they are. */
function recoveryLimit({ hub }: DrillContext, { manifest: { bytes } }: Backup, stages: Stages | null): Limit {
  const name = 'recovery time'
  const total = stages === null ? null : totalOf(stages)
  if (stages === null || total === null) return { name, reason: 'no recovery was timed' }
  if (bytes < tellingSize) return { name, reason: tooSmall(bytes) }
  const { warning } = thresholdsOf('drill.rto', hub.thresholds)
  const share = growing(stages)
  return {
    name,
    bytes: (bytes / share) * Math.max(0, warning - (total - share)),
    because: `a recovery took ${formatDuration(total * 1000)}, and is to take ${formatDuration(warning * 1000)} at most`,
  }
}

const tooSmall = (bytes: number): string =>
  `with ${formatBytes(bytes)}, what takes time is not its size; told from ${formatBytes(tellingSize)} on`
