import { document, done, found, type ItemRule, lookedAt, worked } from '../evidence.ts'

/** Of every quarter. */
export const quarterlyItems: readonly ItemRule[] = [
  {
    id: 'major-version-updates-planned',
    title: 'Major version updates planned',
    evidence: [document('major-updates', /\/upgrade-plan\.md$/, 'upgrade-plan.md')],
  },
  {
    id: 'architecture-review-completed',
    title: 'Architecture review completed',
    evidence: [done('architecture-review')],
  },
  {
    id: 'disaster-recovery-tested',
    title: 'Disaster recovery tested',
    evidence: [
      worked('disaster-recovery-test', { 'drill.restore': {} }),
      worked('disaster-recovery-test', { 'drill.files': {} }),
      worked('disaster-recovery-test', { 'drill.start-up': {} }),
    ],
  },
  {
    id: 'security-policies-updated',
    title: 'Security policies updated',
    evidence: [found('security-audit', { 'policies.review': {} })],
    signature: 'unless-told',
  },
  {
    id: 'scalability-assessment-done',
    title: 'Scalability assessment done',
    evidence: [
      found('architecture-review', {
        // Of some limits nobody can tell; that is said of them.
        'capacity.headroom': { ...lookedAt, unknown: 'beside' },
        'growth.forecast': { ...lookedAt, unknown: 'beside', skipped: 'beside' },
      }),
    ],
  },
  {
    id: 'team-training-updated',
    title: 'Team training updated',
    evidence: [],
    signature: 'unless-told',
  },
]
