import { describe, expect, it } from 'vitest'
import { drain } from '../../cli/src/drain.ts'

const lease = { owner: 'lambda/1', holder: 'backup (run 01A)', until: '2026-11-24T08:00:00.000Z' }

describe('waiting until nobody writes', () => {
  it('is over at once where nobody does, and tells nobody to wait', async () => {
    const told: unknown[] = []
    expect(await drain({ writer: async () => null }, 60_000, (writer) => told.push(writer))).toBeNull()
    expect(told).toEqual([])
  })

  it('ends with whoever still writes when its time is over', async () => {
    expect(await drain({ writer: async () => lease }, 0, () => {})).toEqual(lease)
  })

  it('tells once for whom it waits, and ends when that one has ended', async () => {
    const told: unknown[] = []
    const writers = [lease, lease, null]
    const writer = async () => writers.shift() ?? null
    expect(await drain({ writer }, 60_000, (waited) => told.push(waited))).toBeNull()
    expect({ told, left: writers }).toEqual({ told: [lease], left: [] })
  })
})
