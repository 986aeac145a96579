import { gibibytes, mebibytes } from '@hubkeeper/core'

/** How much of stored advisories is read at most, so that no file can fill the memory or the time. */
export interface AdvisoryLimits {
  /** Files in a directory, or entries of an archive. */
  readonly files: number
  /** Bytes of one record, or of one file that holds one. */
  readonly record: number
  /** Bytes of all of them, unpacked. */
  readonly total: number
}

/** The largest archive of osv.dev stays well below. */
export const advisoryLimits: AdvisoryLimits = {
  files: 500_000,
  record: mebibytes(16),
  total: gibibytes(4),
}

/** Stored advisories that are refused whole; the message is one sentence. */
export class AdvisoriesRefusedError extends Error {
  override readonly name = 'AdvisoriesRefusedError'
}
