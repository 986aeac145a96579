import { rulesOf } from '@hubkeeper/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const pypi = rulesOf('PyPI')
const npm = rulesOf('npm')

describe('names', () => {
  it('of PyPI are equal by PEP 503', () => {
    for (const name of ['Zope.Interface', 'zope-interface', 'ZOPE__interface', 'zope.-_interface']) {
      expect(pypi.normalize(name)).toBe('zope-interface')
    }
  })

  it('of npm are what they are', () => {
    expect(npm.normalize('@scope/Some.Name')).toBe('@scope/Some.Name')
  })

  it('stay as they are once they are normal', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(pypi, npm), (name, rules) => {
        expect(rules.normalize(rules.normalize(name))).toBe(rules.normalize(name))
      }),
    )
  })
})

/** In their order, by PEP 440; texts that are no versions first. */
const ascending = [
  '2.6.0-NA',
  '2.6.0-cu124',
  'nonsense',
  '0.9',
  '1.0.dev1',
  '1.0a1.dev1',
  '1.0a1',
  '1.0b2',
  '1.0rc1',
  '1.0',
  '1.0+local.1',
  '1.0.post1.dev1',
  '1.0.post1',
  '1.0.1',
  '1.10',
  '2024.1',
  '1!0.1',
]

describe('versions of PyPI', () => {
  it('are ordered by PEP 440, whatever they are', () => {
    const sign = (a: string, b: string): number => Math.sign(pypi.compare(a, b))
    const words = ascending.slice(0, 3)
    for (const a of ascending) {
      for (const b of ascending) {
        expect(sign(a, b), `${a} ${b}`).toBe(-sign(b, a) + 0)
        if (words.includes(a) && words.includes(b)) continue
        expect(sign(a, b), `${a} ${b}`).toBe(Math.sign(ascending.indexOf(a) - ascending.indexOf(b)))
      }
    }
    expect(pypi.compare('1.0', 'v1.0.0')).toBe(0)
  })

  it('are versions by PEP 440', () => {
    expect(['1.0', '1!2.0.post1+a.1', 'v1.0-rc.1', '2025.2'].every(pypi.isVersion)).toBe(true)
    expect(['0.3.2d', '0.7.4.svn.r2010', '', '*', '1.0.*'].some(pypi.isVersion)).toBe(false)
    expect(['1.0a1', '1.0.dev0', '19.7.0rc1'].every(pypi.isPrerelease)).toBe(true)
    expect(['1.0', '1.0.post1', '1.0+dev', 'nonsense'].some(pypi.isPrerelease)).toBe(false)
  })

  // Each as PyPA's packaging 26.2 answers, pre-releases among what is taken.
  it.each([
    ['1.0', '', true],
    ['1.0', '==1', true],
    ['1.0+local', '==1.0', true],
    ['1.0', '==1.0+local', false],
    ['1', '==1.0.*', true],
    ['1.0rc1', '==1.0.*', true],
    ['1.1', '!=1.0.*', true],
    ['1.0+local', '>1.0', false],
    ['1.0.post1', '>1.0', false],
    ['1.0.post2', '>1.0.post1', true],
    ['1.0rc1', '<1.0', false],
    ['1.0rc1', '<1.0rc2', true],
    ['1.0.dev1', '<1.0a1', true],
    ['1.0rc1', '<=1.0', true],
    ['1.0+local', '<=1.0', true],
    ['1.4.9', '~=1.4.2', true],
    ['1.5.0', '~=1.4.2', false],
    ['2.0', '~=1.4', false],
    ['1!1.0', '>=2', true],
    ['1.0-custom', '===1.0-Custom', true],
    ['1.0', '>=0.5,<2,!=1.1', true],
    ['1.0', '>=0.5,<1', false],
    ['nonsense', '>=0', false],
    ['1.0', '~=1', false],
    ['1.0', 'nonsense', false],
  ])('%s is taken by %j: %s', (version, specifier, taken) => {
    expect(pypi.satisfies(version, specifier)).toBe(taken)
  })
})

describe('versions of npm', () => {
  it('are ordered by Semantic Versioning', () => {
    const sorted = ['nonsense', '1.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-rc.1', '1.0.0', '1.0.10']
    expect([...sorted].reverse().sort(npm.compare).slice(2)).toEqual(sorted.slice(2))
    expect(npm.compare('1.0', '0.0.1')).toBeLessThan(0)
    expect(npm.isVersion('1.0.0-rc.1')).toBe(true)
    expect(npm.isVersion('1.0')).toBe(false)
    expect(npm.isPrerelease('1.0.0-rc.1')).toBe(true)
  })

  it('are taken by ranges', () => {
    expect(npm.satisfies('1.2.3', '^1.0.0 || >=3')).toBe(true)
    expect(npm.satisfies('2.0.0', '^1.0.0')).toBe(false)
    expect(npm.satisfies('1.2.3', 'not a range')).toBe(false)
  })
})

describe('the identity of a version', () => {
  it('is the same text for versions that are equal, and for no others', () => {
    const version = fc.oneof(
      fc.stringMatching(/^v?([01]!)?[01](\.[01]){0,3}((a|alpha|rc|c|\.post|-|-r|\.dev)[01]?)?(\+(x|01|1))?$/),
      fc.stringMatching(/^[0-2]\.[0-2]\.[0-2](-[a1])?(\+1)?$/),
      fc.stringMatching(/^[aA]?(0?1)?[-.]?[xX]?0?1?$/),
    )
    fc.assert(
      fc.property(fc.constantFrom(pypi, npm), version, version, ({ compare, identity }, a, b) => {
        expect(identity(a) === identity(b), `${a} ${b}`).toBe(compare(a, b) === 0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('orders', () => {
  const version = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.stringMatching(/^(1!)?[0-2](\.[0-2]){0,3}((a|rc|\.post|\.dev)[0-2])?(\+x)?$/),
    fc.stringMatching(/^[0-2]\.[0-2]\.[0-2](-[a1])?$/),
  )

  it('are total: no two texts disagree on a third one', () => {
    fc.assert(
      fc.property(fc.constantFrom(pypi, npm), version, version, version, ({ compare }, a, b, c) => {
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 3000 },
    )
  })
})
