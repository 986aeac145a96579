import { type AwsConfig, days, hours, messageOf } from '@hubkeeper/core'
import {
  demand,
  NotAsExpectedError,
  NotTriedError,
  type Trial,
  tryAll,
  type Verification,
} from './verification.ts'
import {
  attempt,
  type DefaultRetention,
  type KeptVersions,
  type Retention,
  type VersionedBucket,
  type Written,
} from './versioned-bucket.ts'

/** For how long it locks what it means to break, which cannot be deleted any sooner, ms. */
const lockLasts = hours(1)

/** What may be between two clocks, ms. */
const clockSkew = hours(1)

type WantedLock = NonNullable<AwsConfig['objectLock']>

/** Versions that nobody can delete before their lock ends. */
export interface Locked extends KeptVersions {
  readonly bucket: string
  readonly below: string
  /** The longest of the locks, in days. */
  readonly days: number
}

/** See {@link verifyVersions}. */
export interface VerifyVersionsOptions {
  readonly bucket: VersionedBucket
  /** The lock that the configuration asks for; null where it asks for none. */
  readonly wanted: WantedLock | null
}

/**
 * Tries to destroy what it stored itself in a bucket, with the credentials of whoever runs it: what
 * was deleted or replaced must still be there, and what is locked must not be touched at all.
 */
export async function verifyVersions(
  { bucket, wanted }: VerifyVersionsOptions,
  onTrial: (verification: Verification) => void,
): Promise<Verification[]> {
  const tryHere = (trials: readonly Trial[]): Promise<Verification[]> =>
    tryAll(
      trials.map(({ run, title }) => ({ title: `${bucket.name}: ${title}`, run })),
      onTrial,
    )
  const versions = await tryHere(versionTrials(bucket))
  const seen: { lock: Awaited<ReturnType<VersionedBucket['lock']>> } = { lock: null }
  const locking = await tryHere([
    {
      title: 'it has Object Lock',
      async run() {
        seen.lock = await bucket.lock()
        if (seen.lock !== null) return
        if (wanted === null) throw new NotTriedError(whyUnlocked)
        throw new NotAsExpectedError(notAsConfigured(wanted))
      },
    },
  ])
  if (seen.lock === null) return [...versions, ...locking]
  return [...versions, ...locking, ...(await tryHere(lockTrials(bucket, seen.lock.rule, wanted)))]
}

const whyUnlocked =
  'it has none: versions keep what was deleted, but not from whoever may delete versions as well'

const notAsConfigured = ({ days: lasts, mode }: WantedLock): string =>
  `it has none, and aws.objectLock asks for ${mode}, ${lasts} days: it only comes with a new bucket, see docs/deploy.md`

/** What every versioned bucket does. */
const versionTrials = (bucket: VersionedBucket): Trial[] => [
  {
    title: 'what was deleted is still there as an old version, bit for bit',
    async run() {
      const written = await bucket.create('deleted')
      await bucket.delete(written)
      demand(await bucket.isIntact(written), 'it is gone, or another')
    },
  },
  {
    title: 'what was written over is still there as an old version, bit for bit',
    async run() {
      await demandOutlives(bucket, await bucket.create('replaced'))
    },
  },
]

/** Nothing that is written over a version, or refused, changes it. */
async function demandOutlives(bucket: VersionedBucket, written: Written): Promise<void> {
  const again = await attempt(bucket.overwrite(written, 'absent'))
  demand(again.refused, 'a second creation was accepted')
  const over = await attempt(bucket.overwrite(written, null))
  demand(over.refused || over.value !== written.versionId, 'it was replaced in its own version')
  demand(await bucket.isIntact(written), 'it is gone, or another')
}

/** Without the right to lock an object there is nothing to break. @throws NotTriedError */
async function createAsAllowed(
  bucket: VersionedBucket,
  name: string,
  retention: Retention,
): Promise<Written> {
  const creation = await attempt(bucket.create(name, retention))
  if (!creation.refused) return creation.value
  throw new NotTriedError('these credentials may lock no object of their own (s3:PutObjectRetention)')
}

/** What a lock adds to that. */
function lockTrials(
  bucket: VersionedBucket,
  rule: DefaultRetention | null,
  wanted: WantedLock | null,
): Trial[] {
  const mode = rule?.mode ?? 'GOVERNANCE'
  const lockedFor = (ms: number): Retention => ({ mode, until: new Date(Date.now() + ms) })
  const createLocked = (name: string): Promise<Written> => createAsAllowed(bucket, name, lockedFor(lockLasts))
  return [
    {
      title: 'what is written is locked without asking for it',
      async run() {
        if (rule === null) throw new NotAsExpectedError('it has no default retention: backups are not locked')
        const due: DefaultRetention =
          wanted === null
            ? rule
            : {
                mode: wanted.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
                lasts: days(wanted.days),
              }
        const now = Date.now()
        const seen = await bucket.retentionOf(await bucket.create('by-default'))
        if (seen === null) {
          throw new NotAsExpectedError(
            'no lock is seen on it: there is none, or these credentials lack s3:GetObjectRetention',
          )
        }
        demand(seen.mode === due.mode, `it is locked in mode ${seen.mode}, not ${due.mode}`)
        demand(
          seen.until.getTime() >= now + due.lasts - clockSkew,
          `it is locked until ${seen.until.toISOString()} only, not for ${due.lasts / days(1)} days`,
        )
      },
    },
    {
      title: 'a locked version cannot be deleted',
      async run() {
        const written = await createLocked('locked')
        const deletion = await attempt(bucket.deleteVersion(written.key, written.versionId))
        demand(deletion.refused, 'critical: it was deleted')
        demand(
          await bucket.isIntact(written),
          'critical: the deletion was refused, and it is gone all the same',
        )
      },
    },
    {
      title: 'it is the lock that refuses this, not a lack of rights',
      async run() {
        const written = await createLocked('marked')
        const mark = await bucket.delete(written)
        if (mark === null) throw new NotAsExpectedError('a deletion left no mark with a version')
        if ((await attempt(bucket.deleteVersion(written.key, mark))).refused) {
          throw new NotTriedError(
            'these credentials may delete no version at all (s3:DeleteObjectVersion): try it with ones that may',
          )
        }
        demand(await bucket.isIntact(written), 'the deletion of the mark took the locked version with it')
      },
    },
    {
      title: 'a locked version outlives being deleted and written over, bit for bit',
      async run() {
        const written = await createLocked('outliving')
        await demandOutlives(bucket, written)
        await bucket.delete(written)
        demand(await bucket.isIntact(written), 'it is gone, or another')
      },
    },
    {
      title: 'the time of a lock cannot be shortened',
      async run() {
        const written = await createLocked('shortened')
        if ((await attempt(bucket.retain(written, lockedFor(lockLasts / 2)))).refused) return
        throw new NotAsExpectedError(
          `critical: it was shortened; ${await undone(() => bucket.retain(written, lockedFor(lockLasts)), 'it was only stored to be tried')}`,
        )
      },
    },
    {
      title: 'versioning cannot be turned off',
      async run() {
        if ((await attempt(bucket.setVersioning('Suspended'))).refused) return
        const byHand = `turn it on NOW: aws s3api put-bucket-versioning --bucket ${bucket.name} --versioning-configuration Status=Enabled`
        throw new NotAsExpectedError(
          `critical: it was turned off; ${await undone(() => bucket.setVersioning('Enabled'), byHand)}`,
        )
      },
    },
    {
      title: 'these credentials cannot lift a lock',
      async run() {
        const written = await createLocked('lifted')
        const options = { liftLock: true }
        if ((await attempt(bucket.deleteVersion(written.key, written.versionId, options))).refused) return
        throw new NotAsExpectedError(
          mode === 'GOVERNANCE'
            ? 'they can (s3:BypassGovernanceRetention), so whoever has them can destroy backups: keep them off the hub’s machines; nobody can in compliance mode'
            : 'critical: a version in compliance mode was deleted',
        )
      },
    },
  ]
}

/** What stays behind in a bucket because it is locked; null where nothing can be. */
export async function lockedIn(bucket: VersionedBucket): Promise<Locked | null> {
  const lock = await bucket.lock()
  if (lock === null) return null
  const longest = Math.max(lock.rule?.lasts ?? 0, lockLasts)
  const place = { bucket: bucket.name, below: bucket.below }
  return { ...place, days: longest / days(1), ...(await bucket.kept()) }
}

/** Takes back what should not have been possible; says whether that worked, in words. */
async function undone(undo: () => Promise<void>, otherwise: string): Promise<string> {
  try {
    await undo()
    return 'that was taken back'
  } catch (error) {
    return `that could NOT be taken back (${messageOf(error)}): ${otherwise}`
  }
}
