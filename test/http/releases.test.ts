import type { PackageName, ReleaseAnswer } from '@hubkeeper/core'
import { type ReleaseIndexOptions, releaseIndex } from '@hubkeeper/http'
import { describe, expect, it } from 'vitest'
import {
  type IndexContents,
  indexFile,
  packageIndexServer,
  projectOf,
} from '../support/package-index-server.ts'

const pypi = (name: string): PackageName => ({ ecosystem: 'PyPI', name })
const npm = (name: string): PackageName => ({ ecosystem: 'npm', name })

/** Waits no longer than a test may. */
const hasty = { total: 3000, request: 1000, tries: 3, wait: 2 }

async function index(contents: IndexContents, changes: Partial<ReleaseIndexOptions> = {}) {
  const server = await packageIndexServer(contents)
  const releases = releaseIndex({
    pypi: server.url,
    npm: server.url,
    endOfLife: server.url,
    patience: hasty,
    ...changes,
  })
  const releasesOf = async (of: PackageName): Promise<ReleaseAnswer | undefined> =>
    (await releases.releasesOf([of]))[0]
  return { server, releases, releasesOf }
}

const sha256 = 'a'.repeat(64)

describe('PyPI', () => {
  it('tells every release with what it takes, and where its changes are told', async () => {
    const { releasesOf, server } = await index({
      projects: {
        'my-package': {
          info: {
            project_urls: { Homepage: 'https://example.org', Changelog: 'https://example.org/changes' },
          },
          releases: {
            '1.0': indexFile({ digests: { sha256 } }),
            '2.0': indexFile({ requires_python: null }),
          },
        },
      },
    })
    expect(await releasesOf(pypi('My_.Package'))).toEqual({
      state: 'done',
      changelog: 'https://example.org/changes',
      releases: [
        {
          version: '1.0',
          yanked: false,
          requiresPython: '>=3.8',
          releasedAt: new Date('2026-01-02T03:04:05Z'),
          hashes: [`sha256:${sha256}`],
        },
        expect.objectContaining({ version: '2.0', requiresPython: null, hashes: [] }),
      ],
    })
    expect(server.asked).toEqual(['/pypi/my-package/json'])
    expect(server.headers[0]).toMatchObject({ accept: 'application/json', 'user-agent': 'hubkeeper' })
  })

  it('counts a release as yanked when all of its files are, and one without files not at all', async () => {
    const yanked = { yanked: true, requires_python: '>=2' }
    const { releasesOf } = await index({
      projects: {
        a: {
          releases: {
            '1.0': [...indexFile(yanked), ...indexFile(yanked)],
            '1.1': [...indexFile(yanked), ...indexFile()],
            '1.2': [],
          },
        },
      },
    })
    expect(await releasesOf(pypi('a'))).toMatchObject({
      releases: [
        { version: '1.0', yanked: true },
        { version: '1.1', yanked: false, requiresPython: '>=3.8' },
      ],
    })
  })

  it('may leave its list of releases out: the newest one is known all the same', async () => {
    const { releasesOf } = await index({
      documents: { '/pypi/a/json': { info: { version: '3.0' }, urls: indexFile() } },
    })
    expect(await releasesOf(pypi('a'))).toMatchObject({ state: 'done', releases: [{ version: '3.0' }] })
  })

  it.each([
    [
      'of changes',
      { 'Release notes': 'https://a.org/notes', Source: 'https://b.org' },
      'https://a.org/notes',
    ],
    ['of the project, where there is no other', { Source: 'https://b.org/source' }, 'https://b.org/source'],
    [
      'that leads over HTTP',
      { Changelog: 'javascript:alert(1)', Homepage: 'https://a.org' },
      'https://a.org/',
    ],
    ['without credentials', { Changelog: 'https://me:secret@a.org/' }, 'https://home.org/'],
    ['that can be shown', { Changelog: 'https://a.org/<b>"\n' }, 'https://a.org/%3Cb%3E%22'],
  ])('gives a link %s', async (_, urls, link) => {
    const { releasesOf } = await index({
      projects: { a: { ...projectOf('1.0'), info: { project_urls: urls, home_page: 'https://home.org' } } },
    })
    expect(await releasesOf(pypi('a'))).toMatchObject({ changelog: link })
  })

  it('is not believed where it tells of another project', async () => {
    const { releasesOf } = await index({
      projects: {
        lamp: { ...projectOf('9.0'), info: { name: 'lamp-shade' } },
        'my-lamp': { ...projectOf('9.0'), info: { name: 'My.Lamp' } },
      },
      documents: { '/lamp': { name: 'shade', versions: { '9.0.0': {} } } },
    })
    expect(await releasesOf(pypi('lamp'))).toMatchObject({ state: 'failed' })
    expect(await releasesOf(pypi('my_lamp'))).toMatchObject({ state: 'done' })
    expect(await releasesOf(npm('lamp'))).toMatchObject({ state: 'failed' })
  })

  it('gives no hashes where one of the files has none: the others would not be installed', async () => {
    const { releasesOf } = await index({
      projects: {
        a: {
          releases: {
            '1.0': [...indexFile({ digests: { sha256 } }), ...indexFile({ digests: { sha256: 'no hash' } })],
          },
        },
      },
    })
    expect(await releasesOf(pypi('a'))).toMatchObject({ releases: [{ version: '1.0', hashes: [] }] })
  })

  it('is not asked for what is no name of a project', async () => {
    const { releases, server } = await index({})
    const names = [
      '../simple',
      'a/../../b',
      '',
      '.',
      'a b',
      'https://example.org/a.whl',
      `a${'b'.repeat(500)}`,
    ]
    const answers = await releases.releasesOf(names.map(pypi))
    expect(answers).toEqual(names.map(() => ({ state: 'absent' })))
    expect(server.asked).toEqual([])
  })
})

describe('npm', () => {
  it('tells its versions in the abbreviated form, deprecated ones as taken back', async () => {
    const versions = { '1.0.0': { deprecated: 'use 2' }, '2.0.0': {}, '2.0.1': { deprecated: '' } }
    const { releasesOf, server } = await index({
      documents: { '/@scope%2fa': { name: '@scope/a', versions } },
    })
    expect(await releasesOf(npm('@scope/a'))).toEqual({
      state: 'done',
      changelog: null,
      releases: [
        { version: '1.0.0', yanked: true, requiresPython: null, releasedAt: null },
        { version: '2.0.0', yanked: false, requiresPython: null, releasedAt: null },
        { version: '2.0.1', yanked: false, requiresPython: null, releasedAt: null },
      ],
    })
    expect(server.headers[0]?.accept).toContain('application/vnd.npm.install-v1+json')
  })

  it('is not asked for what is no name of a package', async () => {
    const { releases, server } = await index({})
    const answers = await releases.releasesOf(['..', '../a', '@a/b/c', '-/all', ''].map(npm))
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['absent']))
    expect(server.asked).toEqual([])
  })
})

describe('an index', () => {
  it('is asked about many packages, a few at a time, and answers each in its place', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `p${i}`)
    const known = names.filter((_, i) => i % 3 !== 0)
    const { releases, server } = await index({
      projects: Object.fromEntries(known.map((name) => [name, projectOf(`${name.slice(1)}.0`)])),
    })
    const answers = await releases.releasesOf(names.map(pypi))
    for (const [i, answer] of answers.entries()) {
      if (i % 3 === 0) expect(answer).toEqual({ state: 'absent' })
      else expect(answer).toMatchObject({ releases: [{ version: `${i}.0` }] })
    }
    expect(server.asked).toHaveLength(60)
    expect(server.width).toBeGreaterThan(1)
    expect(server.width).toBeLessThanOrEqual(8)
  })

  it('that has trouble for a moment is asked again', async () => {
    const { releasesOf, server } = await index({ projects: { a: projectOf('1.0') } })
    server.fail({ status: 503 }, { status: 429, retryAfter: '0' })
    expect(await releasesOf(pypi('a'))).toMatchObject({ state: 'done' })
    expect(server.asked).toHaveLength(3)
    server.fail('breaks off')
    expect(await releasesOf(pypi('a'))).toMatchObject({ state: 'done' })
  })

  it('that asks to wait for longer than there is time has failed', async () => {
    const { releasesOf, server } = await index({ projects: { a: projectOf('1.0') } })
    server.failAlways({ status: 429, retryAfter: '3600' })
    expect(await releasesOf(pypi('a'))).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/429/),
    })
    expect(server.asked).toHaveLength(1)
  })

  it('that hangs is given up', async () => {
    const { releasesOf, server } = await index(
      { projects: { a: projectOf('1.0') } },
      { patience: { total: 200, request: 60, tries: 2, wait: 1 } },
    )
    server.failAlways('hangs')
    expect(await releasesOf(pypi('a'))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('in time'),
    })
  })

  it('that refuses us is not asked twice', async () => {
    const { releasesOf, server } = await index({})
    server.failAlways({ status: 403 })
    expect(await releasesOf(pypi('a'))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('status 403'),
    })
    expect(server.asked).toHaveLength(1)
  })

  it.each(['no JSON', '[]', '{"info":1}', '{"info":{},"releases":{"1.0":"x"}}', 'null'])(
    'that sends nonsense has failed: %s',
    async (text) => {
      const { releases, server } = await index({})
      server.failAlways({ text })
      for (const answer of await releases.releasesOf([pypi('a'), npm('a')])) {
        expect(answer).toMatchObject({ state: 'failed' })
      }
      expect(await releases.supportOf(['python'])).toMatchObject([
        { state: text === '[]' ? 'done' : 'failed' },
      ])
    },
  )

  it('that is not there is left alone after some requests', async () => {
    const { releases } = await index({}, { pypi: 'http://127.0.0.1:1' })
    const answers = await releases.releasesOf(Array.from({ length: 200 }, (_, i) => pypi(`p${i}`)))
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['failed']))
    expect(answers.at(-1)).toMatchObject({ reason: expect.stringContaining('was not asked') })
  })

  it('is told who asks where its address says so', async () => {
    const { server } = await index({ projects: { a: projectOf('1.0') } })
    const url = new URL(server.url)
    url.username = 'me'
    url.password = 'p w'
    const releases = releaseIndex({ pypi: `${url.href}/`, npm: null, endOfLife: null, patience: hasty })
    expect(await releases.releasesOf([pypi('a')])).toMatchObject([{ state: 'done' }])
    expect(server.headers.at(-1)?.authorization).toBe(`Basic ${Buffer.from('me:p w').toString('base64')}`)
    server.failAlways({ status: 403 })
    expect(JSON.stringify(await releases.releasesOf([pypi('a')]))).not.toMatch(/me:|p%20w/)
  })

  it('that is not configured is not asked', async () => {
    const releases = releaseIndex({ pypi: null, npm: null, endOfLife: null })
    expect(await releases.releasesOf([pypi('a'), npm('a')])).toMatchObject([
      { state: 'failed', reason: 'no index of PyPI is configured' },
      { state: 'failed', reason: 'no index of npm is configured' },
    ])
    expect(await releases.supportOf(['python'])).toEqual([{ state: 'not-asked' }])
  })
})

describe('endoflife.date', () => {
  it('tells ends of support as days, or as yes and no', async () => {
    const cycles = [
      { cycle: '3.11', eol: '2027-10-31', support: '2024-04-01', latest: '3.11.16', lts: false },
      { cycle: 3, eol: false, support: true },
      { cycle: '2.7', eol: true, support: false, latest: null },
    ]
    const { releases } = await index({ documents: { '/api/python.json': cycles } })
    expect(await releases.supportOf(['python', 'nothing', '../odd'])).toEqual([
      {
        state: 'done',
        cycles: [
          {
            cycle: '3.11',
            end: new Date('2027-10-31'),
            activeEnd: new Date('2024-04-01'),
            latest: '3.11.16',
          },
          { cycle: '3', end: 'not-set', activeEnd: 'not-set', latest: null },
          { cycle: '2.7', end: 'over', activeEnd: 'over', latest: null },
        ],
      },
      { state: 'absent' },
      { state: 'absent' },
    ])
  })
})
