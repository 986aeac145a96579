import type { Finding, Report } from '@hubkeeper/core'
import { done, found, type ItemRule, lookedAt, onlyAgainst, type Word, worked } from '../evidence.ts'

/** Of every week. */
export const weeklyItems: readonly ItemRule[] = [
  {
    id: 'dependencies-updated',
    title: 'Dependencies updated (security patches)',
    evidence: [
      worked('dependency-update', {
        'dependencies.vulnerable': { warning: mendable, critical: mendable },
        'dependencies.applied': onlyAgainst,
        // Of what could not be read, nobody knows whether it has flaws.
        'dependencies.readable': {
          ok: 'beside',
          warning: 'silent',
          critical: 'silent',
          skipped: 'beside',
        },
      }),
    ],
  },
  {
    id: 'database-optimized-and-backed-up',
    title: 'Database optimized and backed up',
    evidence: [
      worked('database-maintenance', {
        'database.readable': onlyAgainst,
        'backup.certified': {},
        // One from which content vanished is no backup to come back to.
        'backup.quarantined': onlyAgainst,
        'content.vanished': onlyAgainst,
      }),
      worked('database-maintenance', {
        'database.compaction': { skipped: doneInPlace },
        'database.integrity': onlyAgainst,
        'content.preserved': onlyAgainst,
        'custody.contended': onlyAgainst,
      }),
    ],
  },
  {
    id: 'performance-metrics-reviewed',
    title: 'Performance metrics reviewed',
    evidence: [done('performance-review')],
  },
  {
    id: 'logs-rotated-and-cleaned',
    title: 'Logs rotated and cleaned',
    evidence: [worked('log-rotation', { 'logs.rotated': {} })],
  },
  {
    id: 'old-backups-cleaned-up',
    title: 'Old backups cleaned up',
    evidence: [worked('cleanup', { 'retention.applied': {} })],
  },
  {
    id: 'resource-usage-monitored',
    title: 'Resource usage monitored',
    evidence: [
      found('health-check', { 'disk.usage': lookedAt }),
      found('health-check', { 'memory.usage': lookedAt }),
    ],
  },
]

/** A flaw that nothing mends yet is no patch that is missing: then nothing is expected. */
function mendable({ expected }: Finding): Word {
  return expected === null ? 'beside' : 'no'
}

/** All but a rewrite was done, which a rule forbids. */
function doneInPlace(_: Finding, { figures }: Report): Word {
  return figures.some(({ name }) => name === 'database.size-after') ? 'yes' : 'inapplicable'
}
