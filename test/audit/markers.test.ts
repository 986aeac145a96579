import { type MarkerEnvironment, rulesOf } from '@hubkeeper/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askedIn, usualEnvironment } from '../support/requirements.ts'

const holds = async (marker: string, environment?: MarkerEnvironment): Promise<boolean | undefined> =>
  (await askedIn(`a; ${marker}`, environment))[0]?.applies

describe('a marker', () => {
  it.each([
    ['python_version >= "3.8"', true],
    ['python_version < "3.11"', false],
    // As versions: as texts it would not.
    ['python_version > "3.9"', true],
    ['python_version == "3.*"', true],
    ['python_version ~= "3.8"', true],
    ['python_version in "3.10, 3.11"', true],
    ['python_version not in "2.7"', true],
    ['"3.8" <= python_version', true],
    ['python_full_version < "3.11.0a6"', false],
    ['implementation_version >= "3.11"', true],
    ['sys_platform == "linux"', true],
    ['sys_platform == "win32" or os_name == "posix"', true],
    ['sys_platform == "win32" or os_name == "nt" and python_version > "3"', false],
    ['(sys_platform == "linux" or os_name == "nt") and python_version < "3"', false],
    ["platform_system == 'Linux' and platform_machine == 'x86_64'", true],
    ['platform_python_implementation != "PyPy"', true],
    ['implementation_name == "cpython"', true],
    ['extra == "test"', false],
    ['extra != "test"', true],
    ['os.name == "posix" and python_implementation == "CPython"', true],
    ['"linux" in sys_platform', true],
    ['platform_release >= "5"', false],
    ['sys_platform === "linux"', true],
  ])('%s holds: %s', async (marker, wanted) => {
    expect(await holds(marker)).toBe(wanted)
  })

  it('is judged for the hub’s Python and platform', async () => {
    expect(await holds('python_version < "3.9"', { python: '3.8', platform: 'linux' })).toBe(true)
    expect(await holds('python_full_version >= "3.11.4"', { python: '3.11.4', platform: 'linux' })).toBe(true)
    expect(await holds('os_name == "nt"', { python: '3.11', platform: 'win32' })).toBe(true)
    expect(await holds('platform_system == "Darwin"', { python: '3.11', platform: 'darwin' })).toBe(true)
  })
})

/** A marker as a test makes it up, and whether it holds by a plain judgement. */
interface MadeUp {
  readonly text: string
  readonly holds: boolean
}

const values = { python_version: '3.11', sys_platform: 'linux', os_name: 'posix', extra: '' } as const

/** Numbers of a version compared one after the other: all that is needed of PEP 440 for these. */
function compareNumbers(a: string, b: string): number {
  const [ones, others] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let i = 0; i < Math.max(ones.length, others.length); i++) {
    const difference = (ones[i] ?? 0) - (others[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const judged: Record<string, (order: number) => boolean> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

const operator = fc.constantFrom(...Object.keys(judged))
const quote = fc.constantFrom('"', "'")
const space = fc.constantFrom('', ' ', '  ')

const aboutVersion = fc
  .tuple(operator, fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){0,2}$/), quote, space, fc.boolean())
  .map(([sign, version, mark, gap, turned]): MadeUp => {
    const text = mark + version + mark
    const sides = turned ? [text, 'python_version'] : ['python_version', text]
    const order = compareNumbers(values.python_version, version) * (turned ? -1 : 1)
    return { text: sides.join(gap + sign + gap), holds: judged[sign]?.(order) ?? false }
  })

const aboutText = fc
  .tuple(
    fc.constantFrom('sys_platform', 'os_name', 'extra'),
    fc.constantFrom('==', '!=', 'in', 'not in'),
    fc.constantFrom('linux', 'posix', 'win32', '', 'linux darwin'),
    quote,
  )
  .map(([name, sign, text, mark]): MadeUp => {
    const value = name === 'sys_platform' ? 'linux' : name === 'os_name' ? 'posix' : ''
    const result = sign.endsWith('in') ? text.includes(value) : text === value
    const isNegated = sign === '!=' || sign === 'not in'
    return { text: `${name} ${sign} ${mark}${text}${mark}`, holds: isNegated ? !result : result }
  })

const { marker } = fc.letrec<{ marker: MadeUp; leaf: MadeUp; series: MadeUp; nested: MadeUp }>((tie) => ({
  marker: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('series'), tie('nested')),
  leaf: fc.oneof(aboutVersion, aboutText),
  nested: fc
    .tuple(tie('marker'), space)
    .map(([{ holds, text }, gap]) => ({ text: `(${gap}${text}${gap})`, holds })),
  // `and` binds closer than `or`.
  series: fc
    .array(fc.array(fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('nested')), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => ({
      text: parts.map((all) => all.map(({ text }) => text).join(' and ')).join(' or '),
      holds: parts.some((all) => all.every(({ holds }) => holds)),
    })),
}))

describe('any marker', () => {
  it('holds where a plain second judgement says so', async () => {
    expect(rulesOf('PyPI').isVersion(values.python_version)).toBe(true)
    await fc.assert(
      fc.asyncProperty(marker, async ({ holds: wanted, text }) => {
        expect(await holds(text, usualEnvironment), text).toBe(wanted)
      }),
      { numRuns: 1000 },
    )
  })
})
