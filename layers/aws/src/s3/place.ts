import type { S3Client } from '@aws-sdk/client-s3'
import { s3Error } from './errors.ts'

/** Where one object of the store is kept. */
export interface Place {
  readonly client: S3Client
  readonly bucket: string
  /** The key in the bucket, prefix included. */
  readonly s3Key: string
  /** The key as the store's callers know it. */
  readonly key: string
  /** The buckets that are known to be there: HEAD cannot tell an absent bucket from an absent object. */
  readonly known: Set<string>
}

/** The parameters that name the object in every request. */
export const target = ({ bucket, s3Key }: Place): { Bucket: string; Key: string } => ({
  Bucket: bucket,
  Key: s3Key,
})

/** Runs `work`; whatever goes wrong comes out typed. @throws HubkeeperError */
export async function reporting<T>(place: Place, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw s3Error(error, { bucket: place.bucket, key: place.s3Key, doing })
  }
}
