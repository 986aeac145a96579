import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  proposeUpgrades,
  type Requirement,
  type RequirementSet,
  readRequirements,
  rewrite,
  type Upgrade,
  unifiedDiff,
} from '@hubkeeper/audit'
import { releaseIndex } from '@hubkeeper/http'
import { applyPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexFile, packageIndexServer, projectOf } from '../support/package-index-server.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const key = 'requirements.txt'

/** Reads a text as the reader of files does: without its byte order mark. */
const read = (text: string): Promise<RequirementSet> =>
  readRequirements({
    keys: [key],
    environment: { python: '3.11', platform: 'linux' },
    read: async (wanted) =>
      wanted === key ? { text: text.replace(/^\ufeff/, '') } : { reason: 'there is no other file' },
  })

const upgradeTo = (requirement: Requirement, to: string, hashes: readonly string[] = []): Upgrade => ({
  ecosystem: requirement.ecosystem,
  name: requirement.name,
  from: requirement.pinned ?? '',
  to,
  level: 'patch',
  reason: null,
  fixes: [],
  remaining: [],
  place: requirement.place,
  requirement,
  hashes,
})

/** Rewrites every pin to the version that is named for its package. */
async function upgraded(
  text: string,
  versions: Readonly<Record<string, string>>,
  hashes: readonly string[] = [],
) {
  const { requirements } = await read(text)
  const upgrades = requirements.flatMap((each) => {
    const to = versions[each.normalized]
    return to === undefined ? [] : [upgradeTo(each, to, hashes)]
  })
  return rewrite(text, upgrades)
}

const hashOf = (sign: string): string => `sha256:${sign.repeat(64)}`

describe('a file of requirements', () => {
  it('changes in the versions alone', async () => {
    const text = [
      '\ufeff# Web framework==1.0',
      'Flask_Thing [async]  ==  1.0  ; python_version >= "3.8"   # flask-thing==1.0 is pinned',
      '',
      '-r other.txt',
      'requests===2.0 \\',
      '    ; sys_platform == "linux"',
      'left==3.0',
      '\tnumpy==1.0',
    ].join('\r\n')
    const {
      left,
      text: after,
      written,
    } = await upgraded(text, {
      'flask-thing': '1.0.1',
      requests: '2.0.10',
      numpy: '1.0.1',
    })
    expect(left).toEqual([])
    expect(written).toHaveLength(3)
    expect(after).toBe(
      text
        .replace('==  1.0  ;', '==  1.0.1  ;')
        .replace('===2.0 ', '===2.0.10 ')
        .replace('numpy==1.0', 'numpy==1.0.1'),
    )
  })

  it('gets the hashes of the new version in the form of the old ones', async () => {
    const text = `a==1.0 ; python_version > "3" \\\n    --hash=${hashOf('a')} \\\n    --hash=${hashOf('b')}  # why\nb==2.0\n`
    const { text: more } = await upgraded(text, { a: '1.1' }, [hashOf('c'), hashOf('d'), hashOf('e')])
    expect(more).toBe(
      `a==1.1 ; python_version > "3" \\\n    --hash=${hashOf('c')} \\\n    --hash=${hashOf('d')} \\\n    --hash=${hashOf('e')}  # why\nb==2.0\n`,
    )
    const { text: fewer } = await upgraded(text, { a: '1.1' }, [hashOf('c')])
    expect(fewer).toBe(`a==1.1 ; python_version > "3" \\\n    --hash=${hashOf('c')}  # why\nb==2.0\n`)
    const { text: one } = await upgraded(`a==1.0 --hash=${hashOf('a')}`, { a: '1.1' }, [
      hashOf('b'),
      hashOf('c'),
    ])
    expect(one).toBe(`a==1.1 --hash=${hashOf('b')} --hash=${hashOf('c')}`)
    const again = await read(more)
    expect(again.invalid).toEqual([])
    expect(again.requirements[0]?.hashes).toEqual([hashOf('c'), hashOf('d'), hashOf('e')])
  })

  it('keeps a line whose hashes hold for the old version alone, and says why', async () => {
    const text = `a==1.0 --hash=${hashOf('a')}\nb==1.0\n`
    const { left, text: after } = await upgraded(text, { a: '1.1', b: '1.1' })
    expect(after).toBe(text.replace('b==1.0', 'b==1.1'))
    expect(left).toMatchObject([{ upgrade: { name: 'a' }, reason: expect.stringContaining('hashes') }])
  })

  it('takes no hash that is none', async () => {
    const text = `a==1.0 --hash=${hashOf('a')}\n`
    const { text: after } = await upgraded(text, { a: '1.1' }, [
      `${hashOf('b')}\n--index-url https://example.org`,
    ])
    expect(after).toBe(text)
  })

  it('is left alone where it is another one than was read', async () => {
    const { requirements } = await read('a==1.0\n')
    const upgrades = requirements.map((each) => upgradeTo(each, '1.1'))
    expect(rewrite('# new\na==1.0\n', upgrades)).toMatchObject({
      text: '# new\na==1.0\n',
      written: [],
      left: [{ reason: 'the file is another one by now' }],
    })
  })

  it('is written once where an upgrade is proposed twice', async () => {
    const { requirements } = await read('a==1.0\n')
    const upgrades = requirements.map((each) => upgradeTo(each, '1.1'))
    expect(rewrite('a==1.0\n', [...upgrades, ...upgrades]).text).toBe('a==1.1\n')
  })

  it('of npm is never rewritten', async () => {
    const { requirements } = await read('a==1.0\n')
    const upgrades = requirements.map((each) => upgradeTo({ ...each, ecosystem: 'npm', span: null }, '1.1'))
    expect(rewrite('{}', upgrades)).toMatchObject({
      text: '{}',
      left: [{ reason: expect.stringContaining('npm update a') }],
    })
  })
})

describe('a diff', () => {
  it.each([
    ['a name with a space', 'my deps/requirements for x.txt', 'a==1.0\n'],
    ['a name in quotes', 'dep "s"\té.txt', 'a==1.0\n'],
    ['line endings of Windows', key, '# why\r\na==1.0\r\n'],
    ['no end of its last line', key, '\ufeffa==1.0'],
  ])('is one that patch applies: %s', async (_, name, text) => {
    const { text: after } = await upgraded(text, { a: '1.1' })
    const directory = temporaryDirectory()
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    execFileSync('patch', ['-p1', '--batch', '--silent'], {
      cwd: directory,
      input: unifiedDiff(name, text, after),
    })
    expect(readFileSync(path, 'utf8')).toBe(after)
    expect(after).not.toBe(text)
  })
})

describe('whatever a file looks like', () => {
  const version = fc.stringMatching(/^(1!)?[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]|rc1|\.post2|\.dev3)?$/)
  const end = fc.constantFrom('\n', '\r\n')
  const space = fc.constantFrom('', ' ', '  ', '\t')
  const line = fc.oneof(
    fc
      .record({
        name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,8}[a-z0-9]$/),
        extra: fc.constantFrom('', '[all]', '[a, b]'),
        operator: fc.constantFrom('==', '===', '>=', '~='),
        version,
        around: space,
        marker: fc.constantFrom('', '; python_version >= "3.8"', " ; sys_platform == 'win32'"),
        comment: fc.constantFrom('', ' # pinned ==1.0', '\t#'),
        hash: fc.constantFrom('', ` --hash=${hashOf('a')}`, ` \\\n  --hash=${hashOf('b')}`),
      })
      .map(
        (r) =>
          `${r.name}${r.extra}${r.around}${r.operator}${r.around}${r.version}${r.marker}${r.hash}${r.comment}`,
      ),
    fc.constantFrom(
      '',
      '# comment ==1.0',
      '--index-url https://example.org/simple',
      'whatever it is!',
      'plain',
    ),
  )
  const file = fc
    .tuple(fc.array(fc.tuple(line, end), { maxLength: 8 }), fc.constantFrom('', '\ufeff'), fc.boolean())
    .map(([lines, mark, ended]) => {
      const text = lines.map((parts) => parts.join('')).join('')
      return mark + (ended ? text : text.trimEnd())
    })

  it('nothing changes but versions, and it reads as before but for them', async () => {
    await fc.assert(
      fc.asyncProperty(file, version, async (text, to) => {
        const before = await read(text)
        const pins = before.requirements.filter(({ pinned }) => pinned !== null)
        const upgrades = pins.map((each) => upgradeTo(each, to, each.hashes.length > 0 ? [hashOf('f')] : []))
        const { left, text: after } = rewrite(text, upgrades)
        expect(left).toEqual([])
        // Without versions and hashes both are the same text.
        const bare = (whole: string, found: readonly Requirement[]): string => {
          const mark = whole.startsWith('\ufeff') ? 1 : 0
          const spans = found.filter(({ pinned }) => pinned !== null)
          const cut = spans.flatMap(({ hashSpans, span }) => (span === null ? [] : [span, ...hashSpans]))
          return cut
            .toSorted((a, b) => b.start - a.start)
            .reduce((rest, { end: to, start }) => rest.slice(0, mark + start) + rest.slice(mark + to), whole)
        }
        const again = await read(after)
        expect(bare(after, again.requirements)).toBe(bare(text, before.requirements))
        const shown = ({ extras, marker, name, pinned, place, specifier }: Requirement) => ({
          extras,
          marker,
          name,
          place,
          asked: pinned === null ? specifier : 'pinned',
        })
        expect(again.requirements.map(shown)).toEqual(before.requirements.map(shown))
        expect(again.invalid).toEqual(before.invalid)
        for (const { pinned } of again.requirements) expect([null, to]).toContain(pinned)
      }),
      { numRuns: 200 },
    )
  })

  it('its diff leads from the one to the other', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (text) => {
        const { requirements } = await read(text)
        const pins = requirements.filter(({ hashes, pinned }) => pinned !== null && hashes.length === 0)
        const { text: after } = rewrite(
          text,
          pins.map((each) => upgradeTo(each, '77.7')),
        )
        const diff = unifiedDiff(key, text, after)
        if (after === text) expect(diff).toBe('')
        else {
          expect(diff.startsWith(`--- a/${key}\n+++ b/${key}\n@@ `)).toBe(true)
          expect(applyPatch(text, diff, { autoConvertLineEndings: false })).toBe(after)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe.skipIf(realHub === null)(`the real hub (${realHub === null ? withoutRealHub : 'as it is'})`, () => {
  /** A few releases of what it asks for. */
  const projects = {
    requests: projectOf('2.31.0', '2.32.4', '2.32.5', '2.33.0'),
    numpy: projectOf('2.3.2', '2.3.5', '2.4.0'),
    fastapi: projectOf('0.104.1', '0.121.0'),
    'python-dateutil': projectOf('2.9.0.post0', '2.9.0.post1'),
    uvicorn: projectOf('0.24.0', '0.24.0.post1', '0.38.0'),
    passlib: projectOf('1.7.4'),
    pandas: { releases: { '2.3.1': indexFile(), '2.3.2': indexFile({ requires_python: '>=3.14' }) } },
    redis: { releases: { '5.0.1': indexFile(), '5.0.2': indexFile({ yanked: true }) } },
  }

  it('has a proposal that differs in exactly the lines that have a newer patch', async () => {
    const text = readFileSync(join(realHub ?? '', key), 'utf8')
    const { requirements } = await read(text)
    const { url } = await packageIndexServer({ projects })
    const index = releaseIndex({ pypi: url, npm: null, endOfLife: null })
    const answers = await index.releasesOf(requirements)
    const { upgrades } = proposeUpgrades(requirements, {
      python: '3.11',
      flawsAt: () => [],
      releasesOf: (requirement) => {
        const answer = answers[requirements.indexOf(requirement)]
        return answer?.state === 'done' ? answer.releases : null
      },
    })
    const { left, text: after } = rewrite(text, upgrades)
    expect(left).toEqual([])
    const [old, changed] = [text, after].map((whole) => whole.split('\n'))
    const differing = (old ?? []).flatMap((line, i) =>
      changed?.[i] === line ? [] : [`${line} → ${changed?.[i]}`],
    )
    expect(changed).toHaveLength(old?.length ?? 0)
    expect(differing).toEqual([
      'requests==2.32.4 → requests==2.32.5',
      'numpy==2.3.2 → numpy==2.3.5',
      'python-dateutil==2.9.0.post0 → python-dateutil==2.9.0.post1',
      'uvicorn[standard]==0.24.0 → uvicorn[standard]==0.24.0.post1',
    ])
    const lines = unifiedDiff(key, text, after).split('\n')
    expect(lines.filter((line) => /^[-+](?![-+])/.test(line))).toHaveLength(8)
  })
})
