import { type ObjectInfo, PreconditionFailedError, type WriteCondition } from '@hubkeeper/core'
import { answerOf, isAbsent, isConflict, isUnmet } from './errors.ts'
import { headObject } from './head.ts'
import type { Place } from './place.ts'

/** A condition as the parameters of a request. */
export function conditionOf(
  condition: WriteCondition | undefined,
): { IfMatch: string } | { IfNoneMatch: '*' } | undefined {
  if (condition === undefined) return undefined
  return 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: '*' }
}

/** The error that says which condition the object does not meet. */
export const refused = (
  { key }: Place,
  condition: WriteCondition | undefined,
  cause?: unknown,
): PreconditionFailedError =>
  new PreconditionFailedError(
    key,
    condition !== undefined && 'ifMatch' in condition ? `ETag ${condition.ifMatch}` : 'that it is absent',
    cause,
  )

/**
 * Looks at a condition before much work is done for it; S3 looks again when it writes.
 *
 * @throws PreconditionFailedError
 */
export async function expectCondition(place: Place, condition: WriteCondition | undefined): Promise<void> {
  if (condition === undefined) return
  const etag = (await headObject(place))?.info.etag ?? null
  const met = 'ifMatch' in condition ? etag === condition.ifMatch : etag === null
  if (!met) throw refused(place, condition)
}

/** See {@link settle}. */
export interface Write {
  readonly condition: WriteCondition | undefined
  /** What the write carries as `hubkeeper-write`. */
  readonly writeId: string
}

/**
 * Finds out how a write ended that S3 refused: done by an attempt whose answer was lost, or not done.
 * Somebody who replaced it meanwhile hides the former; to the caller that is the same as a lost race.
 *
 * @throws PreconditionFailedError | the error itself when it is about something else
 */
export async function settle(
  place: Place,
  { condition, writeId }: Write,
  error: unknown,
): Promise<ObjectInfo> {
  const uploadGone = answerOf(error).name === 'NoSuchUpload'
  const unmet = condition !== undefined && (isUnmet(error) || isConflict(error) || isAbsent(error))
  if (!uploadGone && !unmet) throw error
  const found = await headObject(place)
  if (found?.writeId === writeId) return found.info
  throw uploadGone ? error : refused(place, condition, error)
}
