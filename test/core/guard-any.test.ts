import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { day, statusAfter, type Tables } from '../support/contents.ts'

describe('whatever a hub holds', () => {
  const names = ['articles', 'comments', 'authors', 'tags', 'events']
  /** Tables that only grow, with bytes and timestamps. */
  const growing = fc
    .array(
      fc.record({
        name: fc.constantFrom(...names),
        first: fc.integer({ min: 0, max: 5000 }),
        steps: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 40, maxLength: 40 }),
        bytes: fc.integer({ min: 1, max: 5000 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((tables) => [...new Map(tables.map((table) => [table.name, table])).values()])
  const contentsOf = (
    tables: readonly { name: string; first: number; steps: readonly number[]; bytes: number }[],
    count: number,
  ): Tables[] =>
    Array.from({ length: count }, (_, i) =>
      Object.fromEntries(
        tables.map(({ bytes, first, name, steps }) => {
          const rows = first + steps.slice(0, i).reduce((sum, step) => sum + step, 0)
          const newest = rows === 0 ? null : day(steps.slice(0, i).findLastIndex((step) => step > 0))
          return [name, { rows, payloadBytes: rows * bytes, newest }]
        }),
      ),
    )

  it('growth never alarms', () => {
    fc.assert(
      fc.property(growing, fc.integer({ min: 1, max: 39 }), (tables, count) => {
        const contents = contentsOf(tables, count + 1)
        expect(statusAfter(contents.slice(0, -1), contents.at(-1) ?? {})).toBe('ok')
      }),
      { numRuns: 300 },
    )
  })

  it('halving a table always does, in whatever order the tables come, unless it was expected', () => {
    fc.assert(
      fc.property(growing, fc.integer({ min: 1, max: 39 }), fc.nat(), (tables, count, pick) => {
        const contents = contentsOf(tables, count + 1)
        const before = contents.at(-2) ?? {}
        const large = Object.entries(before).filter(([, then]) => typeof then !== 'number' && then.rows >= 10)
        const chosen = large[pick % Math.max(1, large.length)]
        fc.pre(chosen !== undefined)
        const [name, then] = chosen ?? ['', 0]
        const rows = Math.floor((typeof then === 'number' ? then : then.rows) * 0.49)
        const halved = { ...(contents.at(-1) ?? {}), [name]: { rows, payloadBytes: rows } }
        const turned = Object.fromEntries(Object.entries(halved).toReversed())
        const history = contents.slice(0, -1)
        expect(statusAfter(history, halved)).toBe('critical')
        expect(statusAfter(history, turned)).toBe('critical')
        const said = {
          table: name,
          percent: 60,
          by: 'anna',
          reason: null,
          since: day(count - 1).toISOString(),
          until: day(count + 7).toISOString(),
        }
        const expectations = { expected: [said], accepted: [] }
        const grew = { ...(contents.at(-1) ?? {}), [name]: { rows } }
        expect(statusAfter(history, grew, { expectations })).toBe('ok')
      }),
      { numRuns: 300 },
    )
  })

  it('renaming every table alarms nobody', () => {
    fc.assert(
      fc.property(growing, (tables) => {
        const contents = contentsOf(tables, 20)
        const last = Object.entries(contents.at(-1) ?? {}).map(([name, then]): [string, Tables[string]] => [
          name,
          typeof then === 'number' ? then : { ...then, digest: `rows of ${name}` },
        ])
        const history = [...contents.slice(0, -1), Object.fromEntries(last)]
        const renamed = Object.fromEntries(last.map(([name, then]) => [`new_${name}`, then]))
        expect(statusAfter(history, renamed)).toBe('ok')
      }),
      { numRuns: 100 },
    )
  })
})
