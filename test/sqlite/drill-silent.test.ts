import { join } from 'node:path'
import type { Detector, Examination } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../layers/sqlite/src/drill/catalogue.ts'
import type { Looks } from '../../layers/sqlite/src/drill/look.ts'
import { makeBase } from '../support/damage/bases.ts'
import { faultIn, missedIn, practise } from '../support/detector-drill.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const done = <T>(value: T) => ({ state: 'done', value }) as const

/** An examination with parts of the first one, whatever file it is asked of. */
const forever = (keep: (first: Examination, seen: Examination) => Examination) => (real: Looks) => {
  let first: Examination | null = null
  return {
    examine: async (path: string) => {
      const seen = await real.examine(path)
      first ??= seen
      return keep(first, seen)
    },
  }
}

/** Each detector, taken away without a word. */
const silenced: Readonly<Record<Detector, (real: Looks) => Partial<Looks>>> = {
  bytes: (real) => {
    let first: ReturnType<Looks['fingerprint']> | undefined
    return {
      fingerprint: (path) => {
        first ??= real.fingerprint(path)
        return first
      },
    }
  },
  structure: forever((first, seen) => ({ ...seen, structure: first.structure })),
  integrity: forever((_, seen) => ({ ...seen, integrity: done([]) })),
  'foreign-keys': forever((_, seen) => ({ ...seen, foreignKeys: done([]) })),
  'search-indexes': forever((_, seen) => ({ ...seen, searchIndexes: done([]) })),
  content: forever((first, seen) => ({ ...seen, digest: first.digest })),
  'cross-check': (real) => {
    let first: ReturnType<Looks['crossCheck']> | undefined
    return {
      crossCheck: (path, bytes) => {
        first ??= real.crossCheck(path, bytes)
        return first
      },
    }
  },
  vanished: () => ({ vanished: () => null }),
  chain: () => ({ checkChain: async () => ({ certificates: 4, removed: 0, faults: [] }) }),
}

const small = (): string => {
  const path = join(temporaryDirectory(), 'hub.db')
  makeBase('fts5', path)
  return path
}

describe('a drill can fail', { timeout: 120_000 }, () => {
  it.each(Object.entries(silenced))('when %s says nothing any more', async (detector, looks) => {
    const matrix = await practise(small(), { samples: 1, looks })
    const concerned = catalogue.filter(({ expected }) => expected.some((each) => each === detector))
    expect(concerned.length).toBeGreaterThan(0)
    for (const { name } of concerned) {
      const { missed, noticed } = faultIn(matrix, name)
      expect({ name, noticed }).toEqual({ name, noticed: 0 })
      expect(missed[0]).toMatch(new RegExp(`: not noticed by .*${detector}`))
    }
  })

  it('when a detector says of everything that it is wrong: it is no evidence then', async () => {
    const looks = forever((_, seen) => ({ ...seen, integrity: done(['everything is wrong']) }))
    const matrix = await practise(small(), { samples: 1, looks })
    expect(matrix.falseAlarms).toEqual([{ detector: 'integrity', reason: 'everything is wrong' }])
    expect(missedIn(matrix)).toEqual(['dropped-index-row'])
    for (const { byDetector } of matrix.faults) expect(byDetector.integrity).toBe(0)
  })

  it('names at most ten places', async () => {
    const matrix = await practise(small(), { samples: 12, looks: silenced.bytes })
    expect(faultIn(matrix, 'appended-bytes')).toMatchObject({ planted: 12, noticed: 0 })
    expect(faultIn(matrix, 'appended-bytes').missed).toHaveLength(10)
  })
})
