import type { FindingStatus } from '@hubkeeper/core'

/** One thing that doctor looked at. */
export interface DoctorCheck {
  readonly name: string
  readonly status: FindingStatus
  readonly detail: string
  /** The command or the edit that mends it; null when there is nothing to mend. */
  readonly fix: string | null
}

/** A check with nothing to mend. */
export const fine = (name: string, detail: string): DoctorCheck => ({ name, status: 'ok', detail, fix: null })

/** A check that does not apply. */
export const skipped = (name: string, detail: string): DoctorCheck => ({
  name,
  status: 'skipped',
  detail,
  fix: null,
})

/** A check with something to mend. */
export const trouble = (
  name: string,
  status: 'warning' | 'critical' | 'unknown',
  detail: string,
  fix: string,
): DoctorCheck => ({ name, status, detail, fix })
