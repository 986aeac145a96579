import type { Examination, SearchComparison, SearchDifferences } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { withLostRows } from '../../functions/content-optimization/lost-rows.ts'
import { nothingRebuilt } from '../../functions/content-optimization/rebuild.ts'
import { type SearchTables, searchTableFindings } from '../../functions/content-optimization/search-tables.ts'

const skipped = { state: 'skipped', reason: 'not asked for' } as const
const none = { rows: 0, keys: [] }
const alike: SearchDifferences = {
  indexRows: 3,
  sourceRows: 3,
  missing: none,
  extra: none,
  different: none,
  incomplete: null,
}

/** One index as it was seen. */
function seen(
  differences: Partial<SearchDifferences>,
  content: SearchComparison['content'] = 'external',
  fault: string | null = null,
): SearchTables {
  const index = { name: 'words', module: 'fts5', content, outcome: { state: 'done', value: fault } } as const
  const examination: Examination = {
    structure: skipped,
    integrity: skipped,
    foreignKeys: skipped,
    searchIndexes: { state: 'done', value: [index] },
    hazards: skipped,
    digest: skipped,
    contents: skipped,
    statistics: skipped,
    peakMemory: null,
    seconds: {},
  }
  const comparison: SearchComparison = {
    index: 'words',
    module: 'fts5',
    content,
    source: { index: 'words', table: 'page', columns: {} },
    knownBy: 'index',
    outcome: { state: 'done', value: { ...alike, ...differences } },
  }
  return { comparisons: { state: 'done', value: [comparison] }, examination }
}

const consistency = (now: SearchTables) =>
  searchTableFindings({ thresholds: {} }, now, null).find(({ check }) => check === 'search-index.consistent')

describe('a comparison that could not see everything', () => {
  const incomplete = 'some were too large'

  it('is unknown, though nothing that was seen differs', () => {
    expect(consistency(seen({ incomplete }, 'own'))).toMatchObject({
      status: 'unknown',
      evidence: ['made from page', incomplete],
    })
    expect(consistency(seen({ incomplete }, 'external', 'malformed'))?.status).toBe('unknown')
  })

  it('is good where the index’s own check compared the rest', () => {
    expect(consistency(seen({ incomplete }))).toMatchObject({ status: 'ok', actual: 0 })
  })

  it('counts what it saw', () => {
    const different = { rows: 2, keys: ['1', '2'] }
    expect(consistency(seen({ incomplete, different }, 'own'))).toMatchObject({
      status: 'warning',
      actual: 2,
    })
  })
})

describe('an index that knows fewer rows since it was made anew', () => {
  const told = (preserved: 'ok' | 'skipped') =>
    nothingRebuilt(
      ...(['search-index.rebuilt', 'content.preserved'] as const).map((check) => ({
        check,
        subject: check === 'search-index.rebuilt' ? 'words' : 'hub.db',
        status: check === 'search-index.rebuilt' ? ('ok' as const) : preserved,
        title: '',
        expected: null,
        actual: null,
        unit: null,
        advice: null,
        evidence: [],
      })),
    )
  const lost = seen({ missing: { rows: 1, keys: ['7'] } })

  it('lost them, which is critical', () => {
    const [finding] = withLostRows(told('ok'), seen({}), lost).findings
    expect(finding).toMatchObject({ status: 'critical', evidence: ['row 7 is missing in the index'] })
  })

  it('need not have lost them where others wrote meanwhile', () => {
    expect(withLostRows(told('skipped'), seen({}), lost).findings[0]?.status).toBe('ok')
    expect(withLostRows(told('ok'), lost, lost).findings[0]?.status).toBe('ok')
  })
})
