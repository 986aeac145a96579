import type { BackupManifest, Certificate } from '@hubkeeper/core'
import { certify, type Evidence } from '../custody/certify.ts'
import type { CustodyOptions } from '../custody/options.ts'

/** What was seen of a copy of which only the bytes were looked at. */
export const bytesAlone = {
  examination: null,
  crossCheck: null,
  crossCheckSkipped: null,
  baseline: null,
} as const satisfies Partial<Evidence>

/** A certificate as a proof would have issued it when the backup was taken, of a copy with the very bytes. */
export function certificateOf(
  { hub, run }: Pick<CustodyOptions, 'hub' | 'run'>,
  manifest: BackupManifest,
  seen: Omit<Evidence, 'manifest' | 'bytes' | 'sha256'>,
): Omit<Certificate, 'previous'> {
  const { bytes, database, id, sha256, takenAt } = manifest
  return {
    schema: 1,
    backup: id,
    hub,
    database,
    issuedAt: takenAt,
    run,
    bytes,
    sha256,
    stages: [],
    files: null,
    ...certify({ manifest, bytes, sha256, ...seen }),
  }
}
