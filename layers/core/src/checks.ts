import type { Unit } from './ports/metrics.ts'

/** Limits above which a finding is a warning or critical, in the check's unit. */
export interface Thresholds {
  readonly warning: number
  readonly critical: number | null
}

/** One row of the table of checks. */
export interface Check {
  /** What it looks at, as a headline. */
  readonly title: string
  /** What `subject` names; null when a hub has one of it. */
  readonly subject: string | null
  readonly unit: Unit | null
  /** Defaults that a hub's configuration may replace; null where a limit makes no sense. */
  readonly thresholds: Thresholds | null
  /** What is wrong at which status, in words, for the documentation. */
  readonly rule: string
  /** What to do when it is not ok. */
  readonly advice: string
}

const percent = 'percent'

/**
 * The table of checks: everything that findings, thresholds, documentation and the runbook's
 * anchors are read from. A check's runbook anchor is its id with `.` as `-`.
 */
export const checks = {
  'api.available': {
    title: 'API answers and calls itself healthy',
    subject: 'endpoint',
    unit: null,
    thresholds: null,
    rule: 'not 2xx, no answer, or a body that says unhealthy: critical; degraded: warning',
    advice: 'look at the hub’s own log around this time; restart the hub if it does not recover',
  },
  'api.response-time': {
    title: 'API response time',
    subject: 'endpoint',
    unit: 'seconds',
    thresholds: { warning: 2, critical: 5 },
    rule: 'slower than the limits',
    advice: 'compare with database.query-time and the load of the machine',
  },
  'services.running': {
    title: 'Service runs',
    subject: 'service',
    unit: null,
    thresholds: null,
    rule: 'not running: critical',
    advice: 'start it, and look at its log for why it ended',
  },
  'database.readable': {
    title: 'Database can be opened and read',
    subject: 'database',
    unit: null,
    thresholds: null,
    rule: 'any fault: critical; could not be looked at: unknown',
    advice: 'keep the file as it is; restore the newest proven backup: hubkeeper restore latest --dry-run',
  },
  'database.integrity': {
    title: 'Database structure is sound',
    subject: 'database',
    unit: 'count',
    thresholds: null,
    rule: 'any problem that integrity_check reports: critical',
    advice: 'keep the file; restore the newest proven backup: hubkeeper restore latest --dry-run',
  },
  'database.foreign-keys': {
    title: 'Foreign keys hold',
    subject: 'database',
    unit: 'rows',
    thresholds: null,
    rule: 'more rows without a parent than in the newest proven backup: critical; any at first sight: warning',
    advice: 'list them with PRAGMA foreign_key_check; turn PRAGMA foreign_keys on in the hub',
  },
  'database.query-time': {
    title: 'Query time',
    subject: 'statement',
    unit: 'seconds',
    thresholds: { warning: 1, critical: 3 },
    rule: 'slower than the limits',
    advice: 'look at its query plan; run database maintenance',
  },
  'database.hazards': {
    title: 'Nothing endangers the database',
    subject: 'hazard',
    unit: null,
    thresholds: null,
    rule: 'an engine version with a known fault, a left journal, Litestream tables, an index that depends on rowids',
    advice: 'see the finding',
  },
  'database.compaction': {
    title: 'Database is compact',
    subject: 'database',
    unit: 'bytes',
    thresholds: null,
    rule: 'skipped when a rewrite would gain nothing, or cannot be done on a live database yet',
    advice: 'run hubkeeper run database-maintenance --force to rewrite it anyway',
  },
  'database.pushed': {
    title: 'Database is in the bucket',
    subject: 'database',
    unit: null,
    thresholds: null,
    rule: 'a bucket that holds what this machine has not seen is refused',
    advice: 'look at what the bucket holds: hubkeeper pull --dry-run',
  },
  'database.pulled': {
    title: 'Database is as in the bucket',
    subject: 'database',
    unit: null,
    thresholds: null,
    rule: 'a machine that holds what was never pushed is refused',
    advice: 'push it first: hubkeeper push',
  },
  'search-index.integrity': {
    title: 'Search index agrees with its content',
    subject: 'index',
    unit: null,
    thresholds: null,
    rule: 'broken: critical',
    advice: "rebuild it: INSERT INTO <index>(<index>) VALUES('rebuild')",
  },
  'search-index.present': {
    title: 'Search index is present',
    subject: 'index',
    unit: null,
    thresholds: null,
    rule: 'missing or unreadable: warning',
    advice: 'build the search index again with the hub’s own tool',
  },
  'disk.usage': {
    title: 'Disk space',
    subject: 'mount',
    unit: percent,
    thresholds: { warning: 80, critical: 90 },
    rule: 'fuller than the limits',
    advice: 'free space: hubkeeper needs about twice the size of the database to maintain it',
  },
  'memory.usage': {
    title: 'Memory',
    subject: 'source',
    unit: percent,
    thresholds: { warning: 70, critical: 85 },
    rule: 'fuller than the limits',
    advice: 'find the process that grew; restart the hub if it leaks',
  },
  'logs.errors': {
    title: 'Errors logged in 24 hours',
    subject: 'log',
    unit: 'lines',
    thresholds: { warning: 10, critical: null },
    rule: 'more than the limit: warning',
    advice: 'read them: the evidence shows the latest ones',
  },
  'logs.critical': {
    title: 'Critical errors logged in 24 hours',
    subject: 'log',
    unit: 'lines',
    thresholds: { warning: 0, critical: null },
    rule: 'any: warning',
    advice: 'read them: the evidence shows the latest ones',
  },
  'backup.age': {
    title: 'Age of the newest proven backup',
    subject: null,
    unit: 'seconds',
    thresholds: { warning: 26 * 3600, critical: 50 * 3600 },
    rule: 'older than the limits, or there is none: critical',
    advice: 'run hubkeeper backup, and see that it is scheduled',
  },
  'backup.proven': {
    title: 'Newest backup is proven',
    subject: null,
    unit: null,
    thresholds: null,
    rule: 'the newest backup has no proof: warning; what its certificate found wrong is named',
    advice: 'prove it: hubkeeper backups verify',
  },
  'backup.certified': {
    title: 'Backup was read back and certified',
    subject: 'backup',
    unit: null,
    thresholds: null,
    rule: 'the stored copy differs or is damaged: critical; certified below level content: warning',
    advice: 'keep it as evidence; look at database.integrity, then run hubkeeper backup again',
  },
  'content.preserved': {
    title: 'Content is the same before and after',
    subject: 'database',
    unit: null,
    thresholds: null,
    rule: 'digests differ: critical, and nothing was replaced',
    advice: 'nothing was changed; report it with the evidence',
  },
  'content.vanished': {
    title: 'No rows vanished',
    subject: 'table',
    unit: 'rows',
    thresholds: { warning: 20, critical: 50 },
    rule: 'fewer rows than the newest proven backup by more than the limits (percent), or empty',
    advice: 'compare with hubkeeper restore latest --dry-run; restore if it was not meant',
  },
  'custody.contended': {
    title: 'Database stood still long enough',
    subject: 'database',
    unit: null,
    thresholds: null,
    rule: 'it changed during three attempts: warning, and nothing was replaced',
    advice: 'run maintenance at a quieter time, or set authority to server if a server writes it',
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
