import { describe, expect, it } from 'vitest'
import { columnsOf, isBroad, isDense } from '../../layers/review/src/page/html/columns.ts'

const leastOf = (table: Parameters<typeof columnsOf>[0]): number[] =>
  columnsOf(table).map(({ least }) => least)

describe('columns of a table', () => {
  it('keep words, days and signs in one piece', () => {
    const header = ['task', 'state', 'when']
    const rows = [
      ['database-maintenance', { text: 'does not fit', status: 'warning' as const }, 'on 2026-12-01'],
    ]
    expect(leastOf({ header, rows })).toEqual([16, 14, 13])
  })

  it('keep short amounts on their line, and press no sentence into a pillar', () => {
    const header = ['n', 'why', 'who']
    const rows = [['1,240,000 rows', 'it is so for a reason that takes many words to tell'.repeat(2), 'a']]
    const [amount, why] = columnsOf({ header, rows, right: [0] })
    expect(amount).toMatchObject({ isRight: true, isWhole: true, least: 14 })
    expect(why?.least).toBeLessThan(17)
  })

  it('keep an amount and its unit together, and have room for a short head in bold', () => {
    const header = ['n', 'now', 'interval']
    const rows = [['x', '4', '+103.6 KiB to +141.9 KiB']]
    expect(leastOf({ header, rows })).toEqual([2, 4, 16])
    expect(leastOf({ header: ['a', 'b', 'c'], rows: [['took 3 h 20 min', '', '']] })[0]).toBeGreaterThan(9)
  })

  it('break words without an end', () => {
    expect(leastOf({ header: ['a', 'b', 'c'], rows: [['x'.repeat(200), '', '']] })[0]).toBeLessThan(21)
  })

  it('of many are told to be too wide for paper, and for a screen', () => {
    const wide = { header: Array.from({ length: 20 }, (_, i) => `column-${i}`), rows: [] }
    expect(isBroad(columnsOf(wide))).toBe(true)
    expect(isBroad(columnsOf({ header: ['a', 'b'], rows: [] }))).toBe(false)
    expect(isDense(columnsOf(wide))).toBe(true)
    expect(isDense(columnsOf({ header: ['a', 'b'], rows: [] }))).toBe(false)
  })
})
