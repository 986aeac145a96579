import type { Check } from './check.ts'

const percent = 'percent'

/** What is looked at from outside: API, services, machine, logs. */
export const hubChecks = {
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
    rule: 'slower than the limits; in the weekly review also above 100 ms and at least twice the last review: warning',
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
  'process.memory': {
    title: 'Memory of the hub’s processes',
    subject: 'process',
    unit: 'bytes',
    thresholds: null,
    rule: 'above 256 MiB and at least twice the last review: warning; no process to be found: unknown; skipped where nothing tells',
    advice: 'see whether it still grows; restart the hub if it leaks',
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
} as const satisfies Record<string, Check>
