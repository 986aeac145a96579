import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { realHub, withoutRealHub } from '../support/real-hub.ts'
import { askedIn, requirementsIn } from '../support/requirements.ts'

const only = async (text: string) => {
  const [first, ...others] = await askedIn(text)
  if (first === undefined || others.length > 0) throw new Error(`${text} is not one requirement`)
  return first
}

const invalidIn = async (text: string) => (await requirementsIn({ 'requirements.txt': text })).invalid

describe('one requirement', () => {
  it.each([
    ['requests', { name: 'requests', specifier: null, pinned: null }],
    ['Typing_Extensions==4.14.1', { normalized: 'typing-extensions', pinned: '4.14.1' }],
    ['zope..interface == 5.0', { normalized: 'zope-interface', specifier: '==5.0', pinned: '5.0' }],
    ['uvicorn[standard, http2]==0.24.0', { extras: ['standard', 'http2'], pinned: '0.24.0' }],
    ['a>=1.0 , <2', { specifier: '>=1.0,<2', pinned: null }],
    ['a (>=1.0,<2)', { specifier: '>=1.0,<2' }],
    ['a>=1,', { specifier: '>=1' }],
    ['a==1.0.*', { specifier: '==1.0.*', pinned: null }],
    ['a==1.0,!=1.1', { pinned: '1.0' }],
    ['a==1.0,==1.1', { pinned: null }],
    ['a===1.0-custom', { specifier: '===1.0-custom', pinned: '1.0-custom' }],
    ['a==1!2.0.post1+local.1', { pinned: '1!2.0.post1+local.1' }],
    ['a==1.0rc1', { pinned: '1.0rc1' }],
    ['a~=1.4.2', { specifier: '~=1.4.2', pinned: null }],
    ['a @ https://example.com/a-1.0.zip', { url: 'https://example.com/a-1.0.zip', specifier: null }],
    ['a@https://example.com/a.zip#sha256=ab', { name: 'a', url: 'https://example.com/a.zip#sha256=ab' }],
    [
      'a @ https://example.com/a.zip ; python_version < "3"',
      { url: 'https://example.com/a.zip', applies: false },
    ],
    ['git+ssh://git@example.com/x/b.git@v1#egg=b[c]', { name: 'b', extras: ['c'], editable: false }],
    [
      'https://example.com/my_pkg-1.2-py3-none-any.whl',
      { name: 'my_pkg', normalized: 'my-pkg', pinned: null },
    ],
    [
      './wheels/numpy-1.9.2-cp34-none-win32.whl',
      { name: 'numpy', url: './wheels/numpy-1.9.2-cp34-none-win32.whl' },
    ],
    ['thing-1.0.tar.gz', { name: 'thing-1.0.tar.gz', url: 'thing-1.0.tar.gz' }],
    ['-e .', { name: '.', url: '.', editable: true }],
    ['-e./lib[dev]', { url: './lib', extras: ['dev'], editable: true }],
    ['--editable=src', { url: 'src', editable: true }],
    [
      '--editable a @ git+https://example.com/a.git',
      { name: 'a', url: 'git+https://example.com/a.git', editable: true },
    ],
    ['a==1.0 --global-option="--no-user-cfg" -C "x=y"', { pinned: '1.0', hashes: [] }],
  ])('%s', async (text, wanted) => {
    expect(await only(text)).toMatchObject({ ecosystem: 'PyPI', applies: true, ...wanted })
  })

  it('has hashes, over continued lines and beside a comment', async () => {
    const text = 'a==1.0 \\\n    --hash=sha256:aa11 \\\n    --hash sha256:bb22  # via b\n'
    const { hashSpans, hashes, line, span } = await only(text)
    expect(hashes).toEqual(['sha256:aa11', 'sha256:bb22'])
    expect(hashSpans.map(({ start, end }) => text.slice(start, end))).toEqual([
      '--hash=sha256:aa11',
      '--hash sha256:bb22',
    ])
    expect(text.slice(line.start, line.end)).toBe(text.trimEnd())
    expect(text.slice(span?.start, span?.end)).toBe('1.0')
  })

  it('has no place where a continuation goes through its version', async () => {
    expect(await only('a==1.\\\n0')).toMatchObject({ pinned: '1.0', span: null })
  })

  it('does not tell the password of a URL', async () => {
    const asked = await askedIn('a @ https://me:secret@example.com/a.zip\nhttps://tok@en@example.com/b.zip')
    expect(asked.map(({ url }) => url)).toEqual([
      'https://****@example.com/a.zip',
      'https://****@example.com/b.zip',
    ])
    const [invalid] = await invalidIn('!! https://me:secret@example.com/a.zip')
    expect(invalid?.text).toBe('!! https://****@example.com/a.zip')
  })
})

describe('lines', () => {
  it('may be comments, blank, and options of pip', async () => {
    const text = [
      '# -*- coding: utf-8 -*-',
      '',
      '   # more',
      '-i https://pypi.org/simple',
      '--extra-index-url=https://example.com/simple',
      '-fwheels',
      '--no-binary :all: --only-binary=a,b',
      '--pre',
      '--prefer-binary',
      '--require-hashes',
      '--trusted-host example.com',
      '--use-feature=fast-deps',
      '--no-index',
      '--extra-index https://example.com/simple # shortened',
    ].join('\n')
    expect(await askedIn(text)).toEqual([])
  })

  it.each(['\n', '\r\n', '\r', '\f', '\u2028'])('may end with %j', async (end) => {
    const asked = await askedIn(`a==1${end}b==2${end}`)
    expect(asked.map(({ name, place: { line } }) => [name, line])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('keep a # that no space comes before', async () => {
    expect((await only('a @ https://example.com/a.zip#egg=a #b')).url).toBe('https://example.com/a.zip#egg=a')
    // Pip refuses it; whoever wrote it meant a comment.
    const { invalid, requirements } = await requirementsIn({ 'requirements.txt': 'a==1.0#b' })
    expect(requirements).toMatchObject([{ name: 'a', pinned: '1.0' }])
    expect(invalid).toMatchObject([
      { reason: 'pip takes a # without a space before it for a part of what stands there' },
    ])
  })

  it('have the marker of a URL behind a ; with a space on either side', async () => {
    const asked = await askedIn(
      ['a@https://e.org/a;b', 'b @ https://e.org/b; python_version<"3"', 'c@https://e.org/c ;extra==""'].join(
        '\n',
      ),
    )
    expect(asked.map(({ marker, name, url }) => [name, url, marker])).toEqual([
      ['a', 'https://e.org/a;b', null],
      ['b', 'https://e.org/b', 'python_version<"3"'],
      ['c', 'https://e.org/c', 'extra==""'],
    ])
  })

  it('go on behind a backslash, even at the end of the file; a comment ends that', async () => {
    const asked = await askedIn('a\\\n==1\nb==2 \\\n# c\nd==3\\')
    expect(asked.map(({ name, pinned, place: { line } }) => [name, pinned, line])).toEqual([
      ['a', '1', 1],
      ['b', '2', 3],
      ['d', '3', 5],
    ])
  })

  it.each([
    ['<<<<<<< HEAD', 'it does not begin with the name of a package'],
    ['=======', 'it does not begin with the name of a package'],
    ['"quoted==1.0"', 'it does not begin with the name of a package'],
    ['a=1.0', 'it does not go on with =1.0'],
    ['a==1.0 b==2.0', 'it does not go on with ==1.0 b==2.0'],
    ['a==', 'it does not go on with =='],
    ['a==2.6.0-NA', '==2.6.0-NA is no version by PEP 440'],
    ['a>=1.0.*', '>=1.0.* is no version by PEP 440'],
    ['a==$' + '{VERSION}', '==$' + '{VERSION} is no version by PEP 440'],
    ['ünï==1.0', 'it does not begin with the name of a package'],
    ['a[b c]', 'b c is no name of an extra'],
    ['a; bogus == "1"', 'its marker asks for bogus, which is nothing that markers know'],
    ['a; python_version', 'its marker ends too early'],
    ['a; (python_version > "3"', 'its marker ends too early'],
    ['a; python_version > "3" b', 'its marker does not go on with b'],
    ['a; python_version ~= "x"', 'its marker compares with ~= to what is no version: x'],
    ['a;', 'its marker ends too early'],
    ['--unknown x', 'pip knows no option --unknown'],
    ['-r', '--requirement names nothing'],
    ['-C "x', 'a quote in its options is not closed'],
    ['--hash=sha256:ab', 'its hash belongs to no requirement'],
    ['-e a==1.0', 'it is editable, and names neither a URL nor a directory'],
    ['a\u200b==1.0', 'it has characters that cannot be seen'],
    ['a==1.0\u0000', 'it has characters that cannot be seen'],
  ])('%j is invalid', async (text, reason) => {
    const set = await requirementsIn({ 'requirements.txt': `b==1\n${text}\nc==2` })
    expect(set.invalid.map((each) => [each.place, each.reason])).toEqual([
      [{ key: 'requirements.txt', line: 2 }, reason],
    ])
    expect(set.requirements.map(({ name }) => name)).toEqual(['b', 'c'])
  })

  it('count as far as they can be read', async () => {
    const set = await requirementsIn({ 'requirements.txt': 'a==1.0 --hash=nonsense --bogus' })
    expect(set.requirements).toMatchObject([{ name: 'a', pinned: '1.0', hashes: [] }])
    expect(set.invalid.map(({ reason }) => reason)).toEqual([
      'pip knows no option --bogus',
      'nonsense is no hash',
    ])
  })

  it('show on one line, at most 200 characters of them', async () => {
    const [invalid] = await invalidIn(`!\\\n\u001b[31m${'x'.repeat(1000)}`)
    expect(invalid?.text).toMatch(/^! ?x+…$/)
    expect(invalid?.text.length).toBeLessThanOrEqual(200)
  })
})

describe('encodings', () => {
  const asked = async (bytes: Uint8Array) => {
    const set = await requirementsIn({ 'requirements.txt': bytes })
    return [set.requirements.map(({ pinned }) => pinned), set.invalid.length]
  }

  it('are told by a byte order mark', async () => {
    const text = '\ufeffa==1\r\n# ü\r\nb==2'
    const little = Buffer.from(text, 'utf16le')
    expect(await asked(Buffer.from(text))).toEqual([['1', '2'], 0])
    expect(await asked(little)).toEqual([['1', '2'], 0])
    expect(await asked(Buffer.from(little).swap16())).toEqual([['1', '2'], 0])
  })

  it('are told by a comment, as Python has it', async () => {
    expect(await asked(Buffer.from('# -*- coding: latin-1 -*-\na==1 # \xfc', 'latin1'))).toEqual([['1'], 0])
    expect(await asked(Buffer.from('# coding: nobody-knows\na==1'))).toEqual([['1'], 0])
  })

  it('are UTF-8 else: a line with other bytes is invalid, what of it can be read counts', async () => {
    expect(await asked(Buffer.from('a==1 # \xfc\nb\xfc==2\nc==3', 'latin1'))).toEqual([['1', '3'], 2])
  })
})

describe('includes', () => {
  it.each([
    '-r b.txt',
    '-rb.txt',
    '--requirement b.txt',
    '--requirement=b.txt',
    '--requirem "b.txt"',
    '-r ./x/../b.txt',
  ])('%s is followed', async (line) => {
    const set = await requirementsIn({ 'requirements.txt': `a\n${line}\nc`, 'b.txt': 'b' })
    expect(set.requirements.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(set.files).toEqual(['requirements.txt', 'b.txt'])
  })

  it('are relative to the file that includes', async () => {
    const set = await requirementsIn({
      'deps/all.txt': '-r sub/b.txt',
      'deps/sub/b.txt': '-r ../c.txt',
      'deps/c.txt': 'c',
    })
    expect(set.requirements.map(({ place }) => place)).toEqual([{ key: 'deps/c.txt', line: 1 }])
  })

  it('may go around in a circle: each file is read once', async () => {
    const set = await requirementsIn({ 'a.txt': 'a\n-r b.txt', 'b.txt': 'b\n-r a.txt\n-r b.txt' })
    expect(set.requirements.map(({ name }) => name)).toEqual(['a', 'b'])
    expect([set.invalid, set.unreadable]).toEqual([[], []])
  })

  it('that cannot be read are named, with the line that includes them', async () => {
    const lines = [
      '-r absent.txt',
      '-r ../up.txt',
      '-r /etc/passwd',
      '-r https://t@example.com/r.txt',
      '-c $' + '{D}/c.txt',
      'a',
    ]
    const set = await requirementsIn({ 'requirements.txt': lines.join('\n') })
    expect(set.unreadable).toEqual([
      { key: 'absent.txt', reason: 'there is no such file (included by requirements.txt:1)' },
      { key: '../up.txt', reason: 'it lies outside of the hub’s directory (included by requirements.txt:2)' },
      {
        key: '/etc/passwd',
        reason: 'it lies outside of the hub’s directory (included by requirements.txt:3)',
      },
      {
        key: 'https://****@example.com/r.txt',
        reason: 'it lies elsewhere, and nothing is fetched (included by requirements.txt:4)',
      },
      {
        key: '$' + '{D}/c.txt',
        reason:
          'its name has an environment variable, which is not known here (included by requirements.txt:5)',
      },
    ])
    expect(set.requirements).toHaveLength(1)
  })

  it('of a file that is named by an absolute path lie anywhere', async () => {
    const set = await requirementsIn({
      '/srv/a/r.txt': '-r ../b.txt\n-r /srv/c.txt',
      '/srv/b.txt': 'b',
      '/srv/c.txt': 'c',
    })
    expect(set.requirements.map(({ name }) => name)).toEqual(['b', 'c'])
  })

  it('end somewhere', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1100 }, (_, i) => [`${i}.txt`, `p${i}\n-r ${i + 1}.txt`]),
    )
    const set = await requirementsIn(files)
    expect(set.requirements).toHaveLength(1000)
    expect(set.unreadable).toMatchObject([{ key: '1000.txt' }])
  })

  it('as constraints ask for nothing, unless they include by -r', async () => {
    const set = await requirementsIn({
      'requirements.txt': 'a\n-c c.txt\n--constraint=c.txt',
      'c.txt': 'a==1.0\nunused==2.0\n-r more.txt',
      'more.txt': 'more',
    })
    expect(set.requirements.map(({ name, constraint, pinned }) => [name, constraint, pinned])).toEqual([
      ['a', false, null],
      ['a', true, '1.0'],
      ['unused', true, '2.0'],
      ['more', false, null],
    ])
  })
})

describe('constraints that contradict', () => {
  const contradictions = async (asked: string, constraints: string): Promise<readonly string[]> => {
    const files = { 'requirements.txt': `${asked}\n-c c.txt`, 'c.txt': constraints }
    const { invalid } = await requirementsIn(files)
    return invalid.map(({ place, reason, text }) => `${place.key}:${place.line} ${text}: ${reason}`)
  }

  it.each([
    ['lamp==2.0', 'lamp==1.0', '==1.0'],
    ['Lamp==2.0', 'LAMP<2', '<2'],
    ['lamp>=2', 'lamp==1.0', '==1.0'],
    ['lamp==2.0', 'lamp>=1\nlamp==2.0\nlamp!=2.0', '!=2.0'],
  ])('%s with %j: named, as pip installs neither', async (asked, constraints, specifier) => {
    expect(await contradictions(asked, constraints)).toEqual([
      expect.stringMatching(
        new RegExp(`^requirements.txt:1 .*: the constraint ${specifier} at c.txt:\\d contradicts it$`),
      ),
    ])
  })

  it.each([
    ['lamp==2.0', 'lamp==2.0.0'],
    ['lamp>=2', 'lamp==2.5'],
    ['lamp>=2', 'lamp<3'],
    ['lamp', 'lamp==1.0'],
    ['lamp==2.6.0', 'lamp==2.6.0+cpu'],
    ['lamp==2.6.0+cpu', 'lamp==2.6.0'],
    ['lamp==2.0', 'lamp==1.0; python_version<"3"'],
    ['lamp==2.0; python_version<"3"', 'lamp==1.0'],
    ['lens', 'lamp==1.0\nlamp==2.0'],
  ])('%s with %j: none', async (asked, constraints) => {
    expect(await contradictions(asked, constraints)).toEqual([])
  })
})

describe('large files', () => {
  it('include none whose name has no end', async () => {
    const set = await requirementsIn({ 'requirements.txt': `-c ..${'/..'.repeat(1_000_000)}` })
    expect(set.unreadable).toMatchObject([
      { reason: 'its name has more than 4096 characters (included by requirements.txt:1)' },
    ])
  })

  it('of 10,000 lines are read whole, places and all', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `package-${i}[x]==1.${i} ; python_version >= "3.8"`,
    )
    const text = lines.join('\n')
    const asked = await askedIn(text)
    expect(asked).toHaveLength(10_000)
    expect(asked.every(({ pinned, span }) => text.slice(span?.start, span?.end) === pinned)).toBe(true)
  })

  it('of one line without end are no burden', async () => {
    const many = 200_000
    for (const text of [
      'a'.repeat(many),
      `a==${'1.'.repeat(many)}`,
      `a${' '.repeat(many)}(`,
      `a[${'b,'.repeat(many)}`,
      `a; ${'('.repeat(many)}`,
      `a; ${'python_version > "3" and '.repeat(10_000)}os_name == "x"`,
      `a @ x${' '.repeat(many)}y`,
      '\\\n'.repeat(many),
      `a \\\n${'--hash=sha256:ab \\\n'.repeat(20_000)}`,
      `https://${'@'.repeat(many)}`,
      `-${'"\\'.repeat(many)}`,
      '-a-'.repeat(many),
      `${'-e . '.repeat(20_000)}${'--hash=sha256:ab '.repeat(20_000)}`,
    ]) {
      await requirementsIn({ 'requirements.txt': text })
    }
  })
})

describe('a real hub', () => {
  it.skipIf(realHub === null)(
    `asks for 62 packages${realHub === null ? `: ${withoutRealHub}` : ''}`,
    async () => {
      const read = (name: string) => readFileSync(join(realHub ?? '', name))
      const names = ['requirements.txt', 'requirements-dev.txt', 'requirements-monitoring.txt']
      const set = await requirementsIn(Object.fromEntries(names.map((name) => [name, read(name)])), names)
      expect([set.invalid, set.unreadable]).toEqual([[], []])
      const first = set.requirements.filter(({ place }) => place.key === 'requirements.txt')
      expect(new Set(first.map(({ normalized }) => normalized)).size).toBe(62)
      expect(first.filter(({ pinned }) => pinned === null).map(({ name }) => name)).toEqual([
        'whisper',
        'torch',
        'torchaudio',
        'openai-whisper',
        'scipy',
        'scikit-learn',
        'pyyaml',
        'tqdm',
      ])
    },
  )
})
