import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requirementsIn } from '../support/requirements.ts'

const identifier = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?$/)
const space = fc.constantFrom('', ' ', '  ', '\t')
const version = fc.stringMatching(
  /^([1-9]!)?[0-9]{1,4}(\.[0-9]{1,2}){1,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?$/,
)
const hash = fc.stringMatching(/^[0-9a-f]{8,64}$/).map((digits) => `sha256:${digits}`)

/** A requirement as it would be meant, with the spaces and line endings that it is printed with. */
const meant = fc.record({
  name: identifier,
  extras: fc.uniqueArray(identifier, { maxLength: 3 }),
  clauses: fc.array(fc.tuple(fc.constantFrom('==', '>=', '<=', '!=', '<', '>', '~=', '==='), version), {
    maxLength: 3,
  }),
  hashes: fc.array(hash, { maxLength: 3 }),
  marker: fc.constantFrom(null, 'python_version < "3"', "os_name == 'posix'"),
  comment: fc.constantFrom('', ' # a comment; with -r signs', '\t#x'),
  isContinued: fc.boolean(),
  gap: space,
})

type Meant = typeof meant extends fc.Arbitrary<infer T> ? T : never

function printed({ clauses, comment, extras, gap, hashes, isContinued, marker, name }: Meant): string {
  const bracket = extras.length === 0 ? '' : `${gap}[${gap}${extras.join(`${gap},${gap}`)}]`
  const specifier = clauses.map(([operator, text]) => operator + gap + text).join(`${gap},${gap}`)
  const condition = marker === null ? '' : `${gap};${gap}${marker}`
  const options = hashes.map((each) => `${isContinued ? ' \\\n   ' : ''} --hash=${each}`).join('')
  return name + bracket + gap + specifier + condition + options + comment
}

describe('any requirements', () => {
  it('that are printed are read back, each where it stands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(meant, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), async (all, end) => {
        // An archive by its name is none of a package.
        const kept = all.filter(({ name }) => !/\.(zip|whl|tar|tgz)$/i.test(name))
        const text = kept.map(printed).join('\n').replaceAll('\n', end)
        const { invalid, requirements } = await requirementsIn({ 'requirements.txt': text })
        expect(invalid).toEqual([])
        expect(requirements).toHaveLength(kept.length)
        for (const [index, one] of kept.entries()) {
          const read = requirements[index]
          const pins = one.clauses.filter(([operator]) => operator === '==' || operator === '===')
          const specifier = one.clauses.map((clause) => clause.join('')).join(',')
          expect(read).toMatchObject({
            name: one.name,
            extras: one.extras,
            specifier: specifier === '' ? null : specifier,
            pinned: pins.length === 1 ? pins[0]?.[1] : null,
            hashes: one.hashes,
            marker: one.marker,
            applies: one.marker !== 'python_version < "3"',
          })
          if (read === undefined) continue
          const { hashSpans, line, pinned, span } = read
          expect(text.slice(line.start, line.end)).toBe(printed(one).replaceAll('\n', end))
          if (pinned !== null) expect(text.slice(span?.start, span?.end)).toBe(pinned)
          expect(hashSpans.map(({ start, end: last }) => text.slice(start, last))).toEqual(
            one.hashes.map((each) => `--hash=${each}`),
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  /** Lines of which each says something of its own, as long as no backslash joins them. */
  const piece = fc.constantFrom(
    ...[
      'a',
      '==',
      '1.0',
      ';',
      ' ',
      '-r',
      '-e',
      '--hash=',
      '[',
      ']',
      '(',
      ')',
      '"',
      "'",
      '@',
      '://',
      '#',
      ',',
      '$',
    ],
    ...[
      'python_version',
      'and',
      'in',
      '\t',
      '\u0000',
      '\ufffd',
      '/',
      '.',
      '<<<',
      'ü',
      '\u202e',
      '-',
      '=',
      '*',
      '!',
    ],
  )
  const garbage = fc.oneof(
    fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => text.replace(/[\\\n\r\v\f\u0085\u2028\u2029]/g, '')),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )

  it('that are garbage are understood, options, or invalid: no line is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(garbage, { maxLength: 10 }), async (lines) => {
        const set = await requirementsIn({ 'requirements.txt': lines.join('\n') })
        const told = new Set(
          [...set.requirements, ...set.invalid]
            .map(({ place }) => place.line)
            .concat(
              set.unreadable.flatMap(({ reason }) =>
                [...reason.matchAll(/requirements\.txt:(\d+)\)/g)].map(([, line]) => Number(line)),
              ),
            ),
        )
        for (const [index, line] of lines.entries()) {
          const content = line.replace(/(^|\s)#.*$/su, '').trim()
          // What begins with a dash may be an option, and an include may have been followed before.
          if (content === '' || content.startsWith('-')) continue
          expect(told.has(index + 1), JSON.stringify(line)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('are bytes of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const set = await requirementsIn({ 'requirements.txt': bytes, 'package-lock.json': bytes }, [
          'requirements.txt',
          'package-lock.json',
        ])
        expect(set.files).toHaveLength(2)
      }),
      { numRuns: 300 },
    )
  })
})
