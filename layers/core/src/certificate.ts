import * as z from 'zod'

/** What a certificate can reach, from nothing to everything (`docs/backups.md`). */
export const certificateLevels = ['none', 'bytes', 'structure', 'content', 'cross-checked'] as const

/** One of {@link certificateLevels}. */
export type CertificateLevel = (typeof certificateLevels)[number]

/** Whether `level` is at least `wanted`. */
export const reaches = (level: CertificateLevel, wanted: CertificateLevel): boolean =>
  certificateLevels.indexOf(level) >= certificateLevels.indexOf(wanted)

/** The stages of a proof, in their order. */
export const proofStages = ['bytes', 'structure', 'content', 'cross-check', 'files'] as const

/** One of {@link proofStages}. */
export type ProofStage = (typeof proofStages)[number]

/** Why a backup was made. */
export const backupReasons = ['daily', 'maintenance', 'request', 'safety'] as const

/** One of {@link backupReasons}. */
export type BackupReason = (typeof backupReasons)[number]

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const bytes = z.number().int().nonnegative()

/** A file of the hub that is kept with a backup. */
export const backupFileSchema = z.strictObject({
  /** Key of the file in the hub; its copy lies below the backup's own key `files/`. */
  key: z.string().min(1),
  bytes,
  sha256,
  modifiedAt: z.iso.datetime(),
  /** Permission bits; null where the hub's files have none. */
  mode: z.number().int().nonnegative().nullable(),
})

/** See {@link backupFileSchema}. */
export type BackupFile = Readonly<z.infer<typeof backupFileSchema>>

/** Stored beside a backup when it is written: what it is a copy of. */
export const manifestSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  hub: z.string(),
  /** Key of the database that was copied. */
  database: z.string(),
  /** Key of the copy. */
  key: z.string(),
  reason: z.enum(backupReasons),
  run: z.string(),
  /** The moment whose state it holds. */
  takenAt: z.iso.datetime(),
  bytes,
  /** Of the bytes at the source, before they were stored. */
  sha256,
  /** ETag of the source when it was copied; null for a snapshot of a live database. */
  sourceEtag: z.string().nullable(),
  /** Configuration, requirements and search index as they were right after; none in backups of old. */
  files: z.array(backupFileSchema).default([]),
})

/** See {@link manifestSchema}. */
export type BackupManifest = z.infer<typeof manifestSchema>

/** The proof that comes with a backup (`docs/backups.md`). */
export const certificateSchema = z.strictObject({
  schema: z.literal(1),
  backup: z.string(),
  hub: z.string(),
  database: z.string(),
  level: z.enum(certificateLevels),
  issuedAt: z.iso.datetime(),
  run: z.string(),
  /** Of the stored bytes, as read back. */
  bytes,
  sha256,
  /** SHA-256 of the manifest beside it, as it is stored; absent in certificates of old. */
  manifest: sha256.optional(),
  /** Content digest, version 1; null below level `content`. */
  digest: sha256.nullable(),
  tables: z.array(
    z.strictObject({
      name: z.string(),
      rows: z.number().int(),
      digest: sha256,
      /** Bytes of its rows; absent where they were not counted. */
      payloadBytes: bytes.optional(),
      /** Its newest timestamp; absent where none was looked for, null where it has none. */
      newest: z.strictObject({ column: z.string(), at: z.iso.datetime() }).nullable().optional(),
    }),
  ),
  /** Rows with a missing parent; null when it could not be looked at. */
  foreignKeyViolations: z.number().int().nullable(),
  /** What was found wrong, in words. */
  faults: z.array(z.string()),
  /** Collations, modules and functions without which it could not be read further. */
  missing: z.array(z.string()),
  engine: z.string().nullable(),
  crossCheck: z.strictObject({ engine: z.string().nullable(), skipped: z.string().nullable() }),
  /** What the proof did, in order; empty in certificates of old. */
  stages: z
    .array(z.strictObject({ stage: z.enum(proofStages), seconds: z.number().nonnegative(), bytes }))
    .default([]),
  /** The files that are kept with it; null where there are none. */
  files: z
    .strictObject({ count: z.number().int().nonnegative(), bytes, faults: z.array(z.string()) })
    .nullable()
    .default(null),
  /** SHA-256 of the certificate before this one; null for the first. */
  previous: sha256.nullable(),
})

/** See {@link certificateSchema}. */
export type Certificate = z.infer<typeof certificateSchema>

/** A certificate proves its backup once the content came back equal. */
export const isProof = (certificate: Certificate): boolean => reaches(certificate.level, 'content')
