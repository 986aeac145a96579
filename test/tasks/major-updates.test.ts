import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigInput, keys, type Report } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { backup } from '../../functions/backup/task.ts'
import { majorUpdates } from '../../functions/major-updates/task.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import {
  type IndexContents,
  indexFile,
  type PackageIndexServer,
  packageIndexServer,
  projectOf,
} from '../support/package-index-server.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
import { type HereResult, runHere } from '../support/run-here.ts'
import { lock } from './support/cadence.ts'

type HubInput = ConfigInput['hubs'][string]

const requirements = 'requests==2.31.0\nredis==5.0.1\nfastapi==0.104.1\npytz==2025.2\n'

const contents: IndexContents = {
  projects: {
    requests: projectOf('2.31.0', '2.32.5'),
    redis: {
      ...projectOf('5.0.1', '5.2.1', '6.4.0', '7.0.1'),
      info: { project_urls: { Changes: 'https://example.org/redis/<changes>' } },
    },
    fastapi: projectOf('0.104.1', '0.121.0'),
    pytz: { releases: { '2025.2': indexFile(), '2026.1': indexFile({ requires_python: '>=3.99' }) } },
  },
}

interface Kept {
  readonly hub: TestHub
  readonly index: PackageIndexServer
  /** Replaces parts of its `audit`. */
  readonly configure: (audit?: Partial<HubInput['audit']>, rest?: Partial<Omit<HubInput, 'database'>>) => void
}

/** A hub whose index is here, and which nobody else is asked about. */
async function hubWith(
  served: IndexContents = contents,
  files: Readonly<Record<string, string>> = { 'requirements.txt': requirements },
): Promise<Kept> {
  const hub = sampleHub({ articles: 20 })
  const index = await packageIndexServer(served)
  mkdirSync(join(hub.directory, 'config'))
  writeFileSync(join(hub.directory, 'config/hub.toml'), 'port = 8000\n')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(hub.directory, name), text)
  const configure: Kept['configure'] = (audit = {}, rest = {}) =>
    hub.configure({
      database: { crossCheckMaxBytes: 0, lockTimeoutSeconds: 0.3 },
      requirements: ['requirements*.txt'],
      searchIndex: { files: ['knowledge/search_index/*.json'] },
      audit: { releases: { pypi: index.url, npm: null }, endOfLife: null, ...audit },
      ...rest,
    })
  configure()
  return { hub, index, configure }
}

const review = ({ hub }: Pick<Kept, 'hub'>): Promise<HereResult> => runHere(hub.directory, majorUpdates)

const planKey = ({ run }: Report): string => keys.attachment('major-updates', run, 'upgrade-plan.md')

const planOf = ({ hub }: Pick<Kept, 'hub'>, report: Report): string | null => {
  const path = join(hub.directory, planKey(report))
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

const packagesOf = ({ findings }: Report) =>
  findings.filter(({ check, subject }) => check === 'dependencies.major' && subject !== null)

describe('a review of major updates', () => {
  it('makes a certified backup of everything, and names newer major versions and ends of support', async () => {
    const kept = await hubWith()
    kept.configure({ python: { version: '3.8' } })
    const { finding, report } = await review(kept)
    const [id] = backupIds(kept.hub)
    expect(finding('backup.certified', id)).toMatchObject({ status: 'ok', actual: 'content' })
    const manifest = readFileSync(join(kept.hub.directory, `backups/${id}/manifest.json`), 'utf8')
    for (const key of ['config/hub.toml', 'requirements.txt', 'knowledge/search_index/main.json']) {
      expect(manifest).toContain(`"${key}"`)
    }
    expect(packagesOf(report).map(({ subject }) => subject)).toEqual(['redis', 'pytz'])
    expect(finding('dependencies.major', 'redis')).toMatchObject({
      status: 'ok',
      actual: '5.0.1',
      expected: '7.0.1',
      evidence: [
        '2 major versions behind',
        'asked for at requirements.txt:2',
        'changes: https://example.org/redis/%3Cchanges%3E',
      ],
    })
    expect(finding('dependencies.major', 'pytz').evidence).toContain(
      'it takes Python >=3.99, which the hub’s is not',
    )
    expect(finding('dependencies.major', null).actual).toBe('2 of 4 packages have a newer major version')
    expect(report.figures).toContainEqual(expect.objectContaining({ name: 'dependencies.majors', value: 2 }))
    expect(finding('runtime.end-of-life', 'Python 3.8')).toMatchObject({
      status: 'critical',
      actual: expect.stringMatching(/^its support ended on 2024-10-07, [\d,]+ days ago$/),
      evidence: expect.arrayContaining([
        'as audit.python.version says',
        'supported for the longest: 3.14',
        expect.stringMatching(/^source: Hubkeeper’s own list of \d{4}-\d\d-\d\d, \d+ days? old/),
      ]),
    })
    expect(finding('runtime.end-of-life', 'FastAPI 0.104.1')).toMatchObject({
      status: 'warning',
      actual: 'the newest is 0.121.0',
    })
    const node = `Node.js ${process.versions.node}`
    expect(finding('runtime.end-of-life', node).evidence).toContain('Hubkeeper itself runs on it')
    const engines = report.findings.filter(({ subject }) => subject?.startsWith('SQLite'))
    expect(engines).toMatchObject([{ status: 'ok', actual: 'supported; no end is set' }])
    expect(finding('documentation.build').status).toBe('skipped')

    const plan = planOf(kept, report) ?? ''
    expect(report.artifacts).toContainEqual(
      expect.objectContaining({ kind: 'attachment', key: planKey(report) }),
    )
    const titles = plan.match(/(?<=^## \d+\. ).*/gm)?.filter((title) => !title.startsWith('Node.js'))
    expect(titles).toEqual([
      'Python 3.8 → 3.14',
      'FastAPI 0.104.1',
      'redis 5.0.1 → 7.0.1',
      'pytz 2025.2 → 2026.1',
    ])
    expect(plan).toContain(`hubkeeper restore ${id} --with-files`)
    expect(plan).toContain('- first to 5.2.1, the newest before the next major version\n')
    expect(plan).toContain('- changes: <https://example.org/redis/%3Cchanges%3E>\n')
  })

  it('confirms a proven backup of the present content, and believes endoflife.date where it answers', async () => {
    const cycles = [
      { cycle: '3.11', eol: '2020-01-01', latest: '3.11.16' },
      { cycle: '3.14', eol: '2099-01-01' },
    ]
    const kept = await hubWith({ ...contents, documents: { '/api/python.json': cycles } })
    const url = kept.index.url
    kept.configure(
      { endOfLife: url },
      { thresholds: { 'runtime.end-of-life': { warning: 1, critical: null } } },
    )
    await runHere(kept.hub.directory, backup)
    const [id] = backupIds(kept.hub)
    const { finding, report } = await review(kept)
    expect(backupIds(kept.hub)).toEqual([id])
    expect(finding('backup.certified', id)).toMatchObject({ status: 'skipped' })
    expect(finding('runtime.end-of-life', 'Python 3.11')).toMatchObject({
      status: 'warning',
      actual: expect.stringMatching(/^its support ended on 2020-01-01, /),
      evidence: expect.arrayContaining([
        'newest of its line: 3.11.16',
        expect.stringMatching(/^source: endoflife\.date, asked on /),
      ]),
    })
    expect(planOf(kept, report)).toContain(`hubkeeper restore ${id}`)
  })

  it('says what nobody told, of lines that cannot be read, indexes that fail and versions without an end', async () => {
    const kept = await hubWith(contents, { 'requirements.txt': `${requirements}what is this?\n` })
    kept.configure({ python: { version: '3.99' } })
    kept.index.failAlways({ status: 403 })
    const { finding, report } = await review(kept)
    expect(finding('dependencies.readable', 'requirements.txt').status).toBe('warning')
    expect(finding('dependencies.major', 'unanswered')).toMatchObject({
      status: 'unknown',
      actual: 'the index did not answer about 4 packages',
      evidence: [expect.stringMatching(/ status 403: (?=.*\bredis\b).*, .*, .*, /)],
    })
    expect(finding('runtime.end-of-life', 'Python 3.99').status).toBe('unknown')
    expect(finding('runtime.end-of-life', 'FastAPI 0.104.1').status).toBe('unknown')
    expect(planOf(kept, report)).toMatch(/## Not known\n\n- .* status 403: .*\n$/)
  })

  it('takes a package for no framework because of its name', async () => {
    const kept = await hubWith(contents, { 'requirements.txt': 'constructor==1.0\n' })
    const { findings } = (await review(kept)).report
    const subjects = findings
      .filter(({ check }) => check === 'runtime.end-of-life')
      .map((each) => each.subject)
    expect(subjects.filter((subject) => !/^(Python|Node\.js|SQLite) /.test(subject ?? ''))).toEqual([])
  })

  it('takes what an index says as text', async () => {
    const kept = await hubWith({
      projects: {
        redis: {
          releases: { '5.0.1': indexFile(), '6.0': indexFile() },
          info: { project_urls: { Changelog: 'https://example.org/\u001b[31m](javascript:x)\n# own' } },
        },
      },
    })
    const plan = planOf(kept, (await review(kept)).report) ?? ''
    expect(plan).not.toContain('\u001b')
    expect(plan.split('\n').filter((line) => line.startsWith('# '))).toEqual(['# Upgrade plan: hub'])
    expect(plan).toMatch(/^- changes: <https:\/\/example\.org\/[^\s<>]*>$/m)
  })
})

describe('without a proven backup', () => {
  it('nothing is proposed, and the rest is reported', async () => {
    const kept = await hubWith()
    writeFileSync(kept.hub.database, 'no database')
    const { finding, report } = await review(kept)
    expect(finding('backup.certified', 'before major updates')).toMatchObject({
      status: 'critical',
      actual: 'no backup of the present content is proven',
    })
    expect(report.status).toBe('critical')
    expect(finding('dependencies.major', 'redis').expected).toBe('7.0.1')
    expect(planOf(kept, report)).toBeNull()
  })

  it('as it is in quarantine, nothing is proposed, however often it is tried', async () => {
    const kept = await hubWith()
    await runHere(kept.hub.directory, backup)
    kept.hub.execute('DELETE FROM articles')
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const { finding, report } = await review(kept)
      expect(finding('backup.certified', 'before major updates').status).toBe('critical')
      expect(finding('backup.quarantined').status).toBe('critical')
      expect(planOf(kept, report)).toBeNull()
      expect(backupIds(kept.hub)).toHaveLength(2)
    }
  })

  it('that could not even be tried, the review fails and reports all the same', async () => {
    const kept = await hubWith()
    lock(kept.hub)
    const { code, finding, report } = await runTask(kept.hub.directory, ['run', 'major-updates'])
    expect(code).toBe(3)
    expect(report.error).toMatchObject({ code: 'database-locked' })
    expect(finding('backup.certified', 'before major updates')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('locked'),
    })
    expect(finding('dependencies.major', 'redis').expected).toBe('7.0.1')
    expect(planOf(kept, report)).toBeNull()
  })

  it('a dry run says what it would do', async () => {
    const kept = await hubWith()
    const { out } = await hubkeeper(kept.hub.directory, ['run', 'major-updates', '--dry-run', '--json'])
    expect(out).toContain('dry run: a backup would be made')
    expect(existsSync(join(kept.hub.directory, 'backups'))).toBe(false)
    expect(existsSync(join(kept.hub.directory, 'reports'))).toBe(false)
  })
})

describe.skipIf(realHub === null)(`the real hub (${realHub === null ? withoutRealHub : 'as it is'})`, () => {
  it('is backed up whole, and its plan names what has a newer major version', async () => {
    const directory = copyOfRealHub()
    const index = await packageIndexServer({
      projects: {
        requests: projectOf('2.31.0', '2.32.4', '2.32.5'),
        redis: projectOf('5.0.1', '7.0.1'),
        websockets: projectOf('12.0', '15.0.1'),
        pandas: projectOf('2.3.1', '3.0.0'),
      },
    })
    const config: ConfigInput = {
      hubs: {
        hub: {
          database: {
            path: 'ai_knowledge_hub/knowledge_hub.db',
            authority: 'offline',
            crossCheckMaxBytes: 0,
          },
          requirements: ['requirements*.txt'],
          audit: { releases: { pypi: index.url, npm: null }, endOfLife: null },
        },
      },
    }
    writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
    const { finding, report } = await runHere(directory, majorUpdates)
    expect(
      packagesOf(report).map(({ actual, expected, subject }) => `${subject} ${actual} → ${expected}`),
    ).toEqual(['websockets 12.0 → 15.0.1', 'redis 5.0.1 → 7.0.1', 'pandas 2.3.1 → 3.0.0'])
    expect(finding('backup.certified').status).toBe('ok')
  })
})
