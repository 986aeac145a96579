import type { Task } from '@hubkeeper/core'
import { architectureReview } from './architecture-review/task.ts'
import { backup } from './backup/task.ts'
import { cleanup } from './cleanup/task.ts'
import { contentOptimization } from './content-optimization/task.ts'
import { databaseMaintenance } from './database-maintenance/task.ts'
import { dependencyUpdate } from './dependency-update/task.ts'
import { disasterRecoveryTest } from './disaster-recovery-test/task.ts'
import { healthCheck } from './health-check/task.ts'
import { kpiProbe } from './kpi-probe/task.ts'
import { logRotation } from './log-rotation/task.ts'
import { majorUpdates } from './major-updates/task.ts'
import { monthlyReview } from './monthly-review/task.ts'
import { performanceAnalysis } from './performance-analysis/task.ts'
import { performanceReview } from './performance-review/task.ts'
import { restoreBackup } from './restore-backup/task.ts'
import { runMaintenance } from './run-maintenance/task.ts'
import { securityAudit } from './security-audit/task.ts'
import { verifyBackups } from './verify-backups/task.ts'

/** Every task there is, in the order in which a cadence runs them. */
export const tasks: readonly Task[] = [
  kpiProbe,
  logRotation,
  backup,
  verifyBackups,
  healthCheck,
  dependencyUpdate,
  databaseMaintenance,
  performanceReview,
  cleanup,
  performanceAnalysis,
  securityAudit,
  contentOptimization,
  monthlyReview,
  disasterRecoveryTest,
  architectureReview,
  majorUpdates,
  runMaintenance,
  restoreBackup,
]
