import { randomUUID } from 'node:crypto'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ObjectLockRetentionMode,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { days } from '@hubkeeper/core'
import { NotAsExpectedError } from './verification.ts'

/** How long a version is locked, and how firmly. */
export interface Retention {
  readonly mode: ObjectLockRetentionMode
  readonly until: Date
}

/** What a bucket does with every version that is written without saying. */
export interface DefaultRetention {
  readonly mode: ObjectLockRetentionMode
  /** ms. */
  readonly lasts: number
}

/** A version that was written to be tried. */
export interface Written {
  readonly key: string
  readonly versionId: string
  readonly text: string
}

/** How many versions there are below a prefix, and how many bytes of them. */
export interface KeptVersions {
  readonly versions: number
  readonly bytes: number
}

/** A bucket as its versions are tried: below a prefix, with the caller's own rights. */
export interface VersionedBucket {
  readonly name: string
  /** Prefix of everything that this run wrote. */
  readonly below: string
  /** Its Object Lock: null where it has none, with a null rule where nothing is locked without saying so. */
  lock(): Promise<{ readonly rule: DefaultRetention | null } | null>
  /** Writes an object that is not there yet. @throws NotAsExpectedError where no versions are kept */
  create(name: string, retention?: Retention): Promise<Written>
  /** Writes over it, on condition that it is absent or on none; gives the new version. */
  overwrite(written: Written, condition: 'absent' | null): Promise<string | null>
  /** Whether a version can be read, and is what was written. */
  isIntact(written: Written): Promise<boolean>
  /** The lock on a version; null where none is seen. */
  retentionOf(written: Written): Promise<Retention | null>
  /** Deletes as a task does; gives the version of the mark that stays in its place. */
  delete(written: Written): Promise<string | null>
  deleteVersion(key: string, versionId: string, options?: { readonly liftLock?: boolean }): Promise<void>
  retain(written: Written, retention: Retention): Promise<void>
  setVersioning(status: 'Enabled' | 'Suspended'): Promise<void>
  /** All versions that this run wrote and S3 still keeps, those of other trials as well. */
  kept(): Promise<KeptVersions>
}

/** The bucket `Bucket`, touched only in a folder of its own below `below`. */
export function versionedBucket(client: S3Client, Bucket: string, below: string): VersionedBucket {
  const versionOf = ({ key, versionId }: Written) => ({ Bucket, Key: key, VersionId: versionId })
  return {
    name: Bucket,
    below,

    async lock() {
      try {
        const { ObjectLockConfiguration: found } = await client.send(
          new GetObjectLockConfigurationCommand({ Bucket }),
        )
        if (found?.ObjectLockEnabled !== 'Enabled') return null
        const { Days, Mode, Years } = found.Rule?.DefaultRetention ?? {}
        if (Mode === undefined) return { rule: null }
        return { rule: { mode: Mode, lasts: days((Days ?? 0) + 365 * (Years ?? 0)) } }
      } catch (error) {
        if (nameOf(error) === 'ObjectLockConfigurationNotFoundError') return null
        throw error
      }
    },

    async create(name, retention) {
      const [key, text] = [`${below}versions/${name}`, randomUUID()]
      const { VersionId } = await client.send(
        new PutObjectCommand({
          Bucket,
          Key: key,
          Body: text,
          IfNoneMatch: '*',
          ChecksumAlgorithm: 'SHA256',
          ...(retention === undefined
            ? {}
            : { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.until }),
        }),
      )
      if (VersionId !== undefined) return { key, versionId: VersionId, text }
      throw new NotAsExpectedError('it keeps no versions: turn its versioning on')
    },

    async overwrite({ key }, condition) {
      const { VersionId = null } = await client.send(
        new PutObjectCommand({
          Bucket,
          Key: key,
          Body: randomUUID(),
          ChecksumAlgorithm: 'SHA256',
          ...(condition === null ? {} : { IfNoneMatch: '*' }),
        }),
      )
      return VersionId
    },

    async isIntact(written) {
      try {
        const { Body } = await client.send(new GetObjectCommand(versionOf(written)))
        return (await Body?.transformToString()) === written.text
      } catch (error) {
        if (['NoSuchKey', 'NoSuchVersion'].includes(nameOf(error))) return false
        throw error
      }
    },

    async retentionOf(written) {
      const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = await client.send(
        new HeadObjectCommand(versionOf(written)),
      )
      return mode === undefined || until === undefined ? null : { mode, until }
    },

    async delete({ key }) {
      const { VersionId = null } = await client.send(new DeleteObjectCommand({ Bucket, Key: key }))
      return VersionId
    },

    async deleteVersion(Key, VersionId, { liftLock = false } = {}) {
      const bypass = liftLock ? { BypassGovernanceRetention: true } : {}
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...bypass }))
    },

    async retain(written, { mode, until }) {
      await client.send(
        new PutObjectRetentionCommand({
          ...versionOf(written),
          Retention: { Mode: mode, RetainUntilDate: until },
        }),
      )
    },

    async setVersioning(Status) {
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
    },

    async kept() {
      const sum = { versions: 0, bytes: 0 }
      let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
      for (;;) {
        const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: below, ...markers }))
        for (const { Size = 0 } of page.Versions ?? []) {
          sum.versions += 1
          sum.bytes += Size
        }
        if (page.IsTruncated !== true) return sum
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      }
    },
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** What S3 calls a refusal; anything else, such as expired credentials, only kept it from being tried. */
const refusals: ReadonlySet<string> = new Set(['AccessDenied', 'InvalidBucketState', 'PreconditionFailed'])

/** How an attempt ended. */
export type Attempt<T> = { readonly refused: true } | { readonly refused: false; readonly value: T }

/**
 * Whether S3 refuses an attempt, by a lock, a condition, a policy or for want of rights.
 *
 * @throws the SDK's own error where it failed for another reason
 */
export async function attempt<T>(work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { refused: false, value: await work }
  } catch (error) {
    if (refusals.has(nameOf(error))) return { refused: true }
    throw error
  }
}
