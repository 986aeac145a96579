import type { Finding } from '@hubkeeper/core'
import {
  document,
  done,
  found,
  type ItemRule,
  lookedAt,
  onlyAgainst,
  type Word,
  worked,
} from '../evidence.ts'

/** Of every month. */
export const monthlyItems: readonly ItemRule[] = [
  {
    id: 'security-audit-completed',
    title: 'Security audit completed',
    evidence: [done('security-audit')],
  },
  {
    id: 'performance-analysis-generated',
    title: 'Performance analysis generated',
    evidence: [
      document('performance-analysis', /\/monthly_performance_[^/]*\.json$/, 'monthly_performance_….json'),
    ],
  },
  {
    id: 'search-indexes-optimized',
    title: 'Search indexes optimized',
    evidence: [
      worked('content-optimization', {
        'search-index.rebuilt': {},
        'search-index.consistent': { warning: agreesNow },
        // It was broken, and is sound since it was made anew.
        'search-index.integrity': { warning: 'yes' },
        'search-index.present': onlyAgainst,
        'database.readable': onlyAgainst,
        // Without a proven backup, nothing was made anew.
        'backup.certified': onlyAgainst,
        'content.preserved': onlyAgainst,
        'custody.contended': onlyAgainst,
      }),
    ],
  },
  {
    id: 'content-quality-checked',
    title: 'Content quality checked',
    evidence: [
      found('content-optimization', {
        'content.empty': lookedAt,
        'content.duplicate': lookedAt,
        'content.oversized': lookedAt,
        'content.encoding': lookedAt,
        'content.stale': lookedAt,
      }),
    ],
  },
  {
    id: 'documentation-updated',
    title: 'Documentation updated',
    evidence: [],
    // That it builds does not say that it is up to date.
    against: [found('major-updates', { 'documentation.build': onlyAgainst })],
    signature: 'unless-told',
  },
  {
    id: 'monitoring-alerts-reviewed',
    title: 'Monitoring alerts reviewed',
    evidence: [],
    signature: 'unless-told',
  },
]

/** What differed and does not since it was made anew is told in words; what still differs, as a number. */
function agreesNow({ actual }: Finding): Word {
  return typeof actual === 'number' ? 'no' : 'yes'
}
