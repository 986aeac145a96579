import type { Finding } from '@hubkeeper/core'
import { done, found, type ItemRule, type Word } from '../evidence.ts'

/** Of every day. */
export const dailyItems: readonly ItemRule[] = [
  {
    id: 'system-health-check-completed',
    title: 'System health check completed',
    evidence: [done('health-check')],
  },
  {
    id: 'no-critical-errors-in-logs',
    title: 'No critical errors in logs',
    evidence: [
      found('health-check', {
        'logs.critical': {},
        // A log that could not be read, and that there is none, is told under this one alone.
        'logs.errors': { ok: 'beside', warning: 'beside', critical: 'beside' },
      }),
    ],
  },
  {
    id: 'database-accessible-and-healthy',
    title: 'Database accessible and healthy',
    evidence: [
      found('health-check', {
        'database.readable': {},
        'database.integrity': {},
        'database.foreign-keys': {},
        'content.vanished': {},
      }),
    ],
  },
  {
    id: 'api-endpoints-responding',
    title: 'API endpoints responding',
    // One that calls itself degraded has responded.
    evidence: [found('health-check', { 'api.available': { warning: 'yes' } })],
  },
  {
    id: 'disk-space-below-80-percent',
    title: 'Disk space below 80 %',
    evidence: [found('health-check', { 'disk.usage': { ok: below80 } })],
  },
  {
    id: 'all-services-running',
    title: 'All services running',
    evidence: [found('health-check', { 'services.running': {} })],
  },
]

/** A hub may have a limit of its own; the item says 80 %. */
function below80({ actual }: Finding): Word {
  return typeof actual === 'number' && actual < 80 ? 'yes' : 'no'
}
