import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelPlaces, limitRow } from '../../layers/review/src/chart/level-places.ts'

const at = (...heights: readonly number[]) => heights.map((height) => ({ height, width: 100 }))
const positions = (names: ReturnType<typeof at>, across = 600) =>
  levelPlaces(names, across).map((place) => place?.position ?? null)

describe('names of lines across a chart', () => {
  it('stand above their lines, each at another end than the one before', () => {
    expect(positions(at(50, 100, 150))).toEqual(['insideStartTop', 'insideEndTop', 'insideStartTop'])
  })

  it('of two close lines stand below the lower one and above the upper one', () => {
    expect(positions(at(100, 110))).toEqual(['insideStartBottom', 'insideEndTop'])
  })

  it('never stand below the chart', () => {
    expect(positions(at(0, 5))[0]).toBe('insideStartTop')
  })

  it('are left out where there is no room', () => {
    const names = at(...Array.from({ length: 9 }, (_, i) => 100 + i))
    expect(positions(names).filter((each) => each === null)).toHaveLength(3)
  })

  it('are never written one over the other', () => {
    const name = fc.record({ height: fc.nat(220), width: fc.integer({ min: 10, max: 400 }) })
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), fc.integer({ min: 250, max: 700 }), (all, across) => {
        const names = all.toSorted((a, b) => a.height - b.height)
        const boxes = levelPlaces(names, across).flatMap((place, i) => {
          const of = names[i]
          if (place === null || of === undefined) return []
          const left = /Start/.test(place.position)
            ? 5
            : /End/.test(place.position)
              ? across - 5 - of.width
              : (across - of.width) / 2
          const bottom = /Top/.test(place.position) ? of.height : of.height - limitRow
          return [{ left, right: left + of.width, bottom, top: bottom + limitRow }]
        })
        const overlapping = boxes.some((a, i) =>
          boxes
            .slice(i + 1)
            .some((b) => a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top),
        )
        expect(overlapping).toBe(false)
      }),
    )
  })
})
