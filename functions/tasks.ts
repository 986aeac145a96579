import type { Task } from '@hubkeeper/core'
import { backup } from './backup/task.ts'
import { databaseMaintenance } from './database-maintenance/task.ts'
import { healthCheck } from './health-check/task.ts'
import { kpiProbe } from './kpi-probe/task.ts'
import { restoreBackup } from './restore-backup/task.ts'
import { verifyBackups } from './verify-backups/task.ts'

/** Every task there is, in the order in which a cadence runs them. */
export const tasks: readonly Task[] = [
  kpiProbe,
  backup,
  healthCheck,
  databaseMaintenance,
  restoreBackup,
  verifyBackups,
]
