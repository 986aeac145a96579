import { figure, finding, type Report } from '@hubkeeper/core'

/** A report with findings of every status, figures of tables, a document beside it and no error. */
export const sampleReport: Report = {
  schema: 1,
  hub: 'library',
  task: 'database-maintenance',
  run: '01M8RPK1A6A9P3J7KZPPTKRMR6',
  scheduledFor: '2026-12-01T04:30:00.000Z',
  startedAt: '2026-12-01T04:30:02.117Z',
  finishedAt: '2026-12-01T04:31:40.000Z',
  status: 'critical',
  findings: [
    finding('database.readable', 'ok', {
      subject: 'hub.db',
      actual: 'WAL, UTF-8',
      evidence: ['SQLite 3.53'],
    }),
    finding('database.integrity', 'critical', {
      subject: 'hub.db',
      actual: 3,
      expected: 0,
      evidence: [
        'Tree 5 page 9: btreeInitPage() returns error code 11',
        'row 12 missing from index by_title',
      ],
    }),
    finding('database.hazards', 'warning', { evidence: ['journal_mode is OFF'] }),
    finding('search-index.integrity', 'unknown', { subject: 'article_search' }),
    finding('database.compaction', 'skipped', { subject: 'hub.db' }),
  ],
  figures: [
    figure('database.size', 728_000_000, 'bytes', 'hub.db'),
    figure('table.rows', 280, 'rows', 'articles'),
    figure('table.bytes', 404_000, 'bytes', 'articles'),
    figure('table.rows', 5, 'rows', 'authors'),
    figure('table.bytes', 4096, 'bytes', 'authors'),
  ],
  artifacts: [
    {
      kind: 'attachment',
      key: 'reports/database-maintenance/01M8RPK1A6A9P3J7KZPPTKRMR6/plan.md',
      bytes: 4180,
    },
  ],
  error: null,
}
