import type { Check } from './check.ts'

/** What is looked at in the upkeep itself: what was deleted, and what ran. */
export const upkeepChecks = {
  'retention.applied': {
    title: 'Backups are kept as long as they should be',
    subject: null,
    unit: 'count',
    thresholds: null,
    rule: 'what the plan said could not be deleted, or the pins cannot be read: warning; skipped while a hold is in force',
    advice: 'see the evidence for which backup and why; run hubkeeper run cleanup --dry-run',
  },
  'logs.rotated': {
    title: 'Logs are rotated and expired',
    subject: 'log',
    unit: 'bytes',
    thresholds: null,
    rule: 'a log that could not be rotated or expired: warning',
    advice: 'see the finding for what stood in the way; run hubkeeper run log-rotation --dry-run',
  },
  'cleanup.applied': {
    title: 'Temporary files and caches are cleaned up',
    subject: 'kind',
    unit: 'bytes',
    thresholds: null,
    rule: 'a file of the plan that could not be deleted: warning',
    advice: 'see the evidence for which file and why; run hubkeeper run cleanup --dry-run',
  },
  'freeze.forgotten': {
    title: 'No freeze is forgotten',
    subject: null,
    unit: null,
    thresholds: null,
    rule: 'frozen past its end, or for more than a day without one: warning',
    advice: 'end it when its reason is gone: hubkeeper thaw',
  },
  'hold.active': {
    title: 'Retention is not held up',
    subject: null,
    unit: null,
    thresholds: null,
    rule: 'held past its end, or for more than 30 days without one: warning',
    advice: 'end it when its reason is gone: hubkeeper release',
  },
  'cadence.window': {
    title: 'Cadence stays within its window',
    subject: 'cadence',
    unit: 'seconds',
    thresholds: null,
    rule: 'longer than 15 min daily, 45 min weekly, 3 h monthly, 6 h quarterly: warning',
    advice: 'see which task took long: hubkeeper status',
  },
  'tasks.succeeded': {
    title: 'Task of the cadence did its job',
    subject: 'task',
    unit: null,
    thresholds: null,
    rule: 'a task that failed: critical',
    advice: 'see what it says: hubkeeper report TASK',
  },
  'tasks.overdue': {
    title: 'Task ran when it was due',
    subject: 'task',
    unit: 'seconds',
    thresholds: null,
    rule: 'past its schedule and grace: critical',
    advice: 'see that the schedule is installed; run it now: hubkeeper run TASK',
  },
} as const satisfies Record<string, Check>
