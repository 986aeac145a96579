import { figure, figureTables } from '@hubkeeper/core'
import { expect, it } from 'vitest'

it('figures of one kind are a list, several of the same subjects a table', () => {
  expect(
    figureTables([
      figure('database.size', 2048, 'bytes', 'hub.db'),
      figure('table.rows', 280, 'rows', 'articles'),
      figure('table.bytes', 4096, 'bytes', 'articles'),
      figure('table.rows', 5, 'rows', 'authors'),
    ]),
  ).toEqual([
    { header: ['figure', 'of', 'value'], rows: [['database.size', 'hub.db', '2.0 KiB']] },
    {
      header: ['table', 'rows', 'bytes'],
      rows: [
        ['articles', '280 rows', '4.0 KiB'],
        ['authors', '5 rows', '–'],
      ],
    },
  ])
})

it('figures of no subject, and of other subjects, make no holes in a table', () => {
  const tables = figureTables([
    figure('security.score', 91.7, 'count'),
    figure('security.issues', 3, 'count', 'medium'),
    figure('security.issues', 0, 'count', 'high'),
    figure('query.size', 10, 'bytes', 'hub.db'),
    figure('query.p50', 1, 'seconds', 'search'),
    figure('query.p95', 2, 'seconds', 'search'),
    figure('query.p50', 3, 'seconds', 'count'),
    figure('query.p95', 4, 'seconds', 'count'),
  ])
  expect(tables).toEqual([
    {
      header: ['figure', 'of', 'value'],
      rows: [
        ['security.score', '', '91.7'],
        ['security.issues', 'medium', '3'],
        ['security.issues', 'high', '0'],
        ['query.size', 'hub.db', '10 bytes'],
      ],
    },
    {
      header: ['query', 'p50', 'p95'],
      rows: [
        ['search', '1.0 s', '2.0 s'],
        ['count', '3.0 s', '4.0 s'],
      ],
    },
  ])
})
