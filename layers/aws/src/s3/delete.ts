import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { attempts } from './attempts.ts'
import { expectCondition, refused } from './conditions.ts'
import { isAbsent, isConflict, isUnmet, wasRetried } from './errors.ts'
import { type Place, target } from './place.ts'

const conflictTries = 6

/** Deletes the object; see the port. @throws PreconditionFailedError and the SDK's own errors */
export async function deleteObject(place: Place, condition: { ifMatch: string } | undefined): Promise<void> {
  // S3 may say yes to whoever deletes what is absent, condition or not.
  await expectCondition(place, condition)
  const command = () => new DeleteObjectCommand({ ...target(place), IfMatch: condition?.ifMatch })
  try {
    await attempts(() => place.client.send(command()), { times: conflictTries, again: isConflict })
  } catch (error) {
    if (condition === undefined) throw error
    if (isUnmet(error) || isConflict(error)) throw refused(place, condition, error)
    if (!isAbsent(error)) throw error
    // It was there a moment ago. Gone at a second attempt, the first did it; else somebody was quicker.
    if (!wasRetried(error)) throw refused(place, condition, error)
  }
}
