import { analysisChecks } from './checks/analysis.ts'
import { auditChecks } from './checks/audit.ts'
import type { Check } from './checks/check.ts'
import { databaseChecks } from './checks/database.ts'
import { hubChecks } from './checks/hub.ts'
import { recoveryChecks } from './checks/recovery.ts'
import { upkeepChecks } from './checks/upkeep.ts'

export type { Check, Thresholds } from './checks/check.ts'

/**
 * The table of checks: everything that findings, thresholds, documentation and the runbook's
 * anchors are read from. A check's runbook anchor is its id with `.` as `-`.
 */
export const checks = {
  ...hubChecks,
  ...databaseChecks,
  ...recoveryChecks,
  ...auditChecks,
  ...analysisChecks,
  ...upkeepChecks,
} as const satisfies Record<string, Check>

/** The id of a check. */
export type CheckId = keyof typeof checks

/** The row of a check. */
export const checkOf = (id: CheckId): Check => checks[id]

/** Ids of all checks, in the table's order. */
export const checkIds = (): CheckId[] => Object.keys(checks).filter(isCheckId)

/** Whether a text names a check. */
export const isCheckId = (text: string): text is CheckId => Object.hasOwn(checks, text)

/** Ids of the checks whose limits a hub may set. */
export const tunableCheckIds = (): CheckId[] => checkIds().filter((id) => checkOf(id).thresholds !== null)

/** Where a check is explained: `docs/runbook.md#database-integrity`. */
export const runbookOf = (id: CheckId): string => `docs/runbook.md#${id.replaceAll('.', '-')}`
