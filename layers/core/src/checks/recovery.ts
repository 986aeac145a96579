import type { Check } from './check.ts'

const days = 86_400

/** What a disaster-recovery test looks at. */
export const recoveryChecks = {
  'drill.restore': {
    title: 'Backup comes back',
    subject: 'backup',
    unit: null,
    thresholds: null,
    rule: 'a backup that cannot be restored and proven: critical',
    advice: 'keep it as evidence; make another one now: hubkeeper backup',
  },
  'drill.files': {
    title: 'Configuration set comes back and can be read',
    subject: 'file',
    unit: null,
    thresholds: null,
    rule: 'a file that is missing or not as it was written: critical; one that cannot be parsed, or none are kept: warning',
    advice: 'name the hub’s files as backups.files in hubkeeper.json; run hubkeeper backup again',
  },
  'drill.start-up': {
    title: 'Hub answers from the restored copy',
    subject: 'endpoint or statement',
    unit: 'seconds',
    thresholds: null,
    rule: 'the hub does not start, an endpoint or a query fails: critical; neither can be tried, or a start might touch the real hub: unknown',
    advice: 'see what it printed; run hubkeeper run disaster-recovery-test once it is fixed',
  },
  'drill.detectors': {
    title: 'Detectors notice what they should',
    subject: 'fault',
    unit: null,
    thresholds: null,
    rule: 'a planted fault that a detector missed which has to notice it: critical; a fault that was not planted: unknown; one noticed before it was planted: warning',
    advice: 'do not trust a proof until it is understood: report it with the evidence',
  },
  'drill.rto': {
    title: 'Recovery time (RTO)',
    subject: null,
    unit: 'seconds',
    thresholds: { warning: 3600, critical: 4 * 3600 },
    rule: 'from the start of a restore to a proven database that answers, over the limits',
    advice: 'see which stage takes the time; keep the backups nearer, or give the task more memory',
  },
  'drill.rpo': {
    title: 'Recovery point (RPO)',
    subject: null,
    unit: 'seconds',
    thresholds: { warning: 26 * 3600, critical: 50 * 3600 },
    rule: 'the longest time without a proven backup in the last quarter, as far as every one is kept, over the limits',
    advice: 'see which backups failed: hubkeeper backups list; back up more often',
  },
  'growth.forecast': {
    title: 'Growth stays within limits',
    subject: 'limit',
    unit: null,
    thresholds: null,
    rule: 'a limit that growth reaches within 90 days: warning, within 30: critical; too few backups to tell: skipped',
    advice:
      'raise the limit or the target, move the hub’s tasks to a larger machine, or delete what is not needed',
  },
} as const satisfies Record<string, Check>

/** Within how many seconds a limit is reached for a finding. */
export const forecastLimits = { warning: 90 * days, critical: 30 * days } as const
