import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigInput, keys, type Report } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { type ContentDocument, contentDocumentSchema } from '../../functions/content-optimization/document.ts'
import { contentOptimization } from '../../functions/content-optimization/task.ts'
import { runTask } from '../support/cli.ts'
import { controlledHub } from '../support/controlled-hub.ts'
import { writeAnything } from '../support/damage/edits.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import { contentOf } from '../support/live-job.ts'
import { runHere } from '../support/run-here.ts'
import { startWriter } from '../support/writer.ts'
import { runWithinProcess } from './support/within-process.ts'

type HubInput = ConfigInput['hubs'][string]

const source = {
  index: 'article_search',
  table: 'articles',
  columns: { title: 'title', topic: 'topic', body: 'body' },
}

const titles = 'CREATE VIRTUAL TABLE titles USING fts5 (title, content=articles, content_rowid=id)'

function hubOf(analysis: HubInput['analysis'] = {}, rest: Partial<Omit<HubInput, 'database'>> = {}): TestHub {
  const hub = sampleHub({ articles: 40, deletedShare: 0 })
  hub.configure({
    searchIndex: { files: ['knowledge/search_index/*.json'] },
    analysis,
    database: { crossCheckMaxBytes: 0 },
    ...rest,
  })
  return hub
}

const optimise = ({ directory }: TestHub, input = {}) =>
  runWithinProcess(directory, contentOptimization, input)

function documentIn({ directory }: Pick<TestHub, 'directory'>, { run }: Report): ContentDocument {
  const path = join(directory, keys.attachment('content-optimization', run, 'content.json'))
  return contentDocumentSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** A file that was written long enough ago. */
function writeIndex({ directory }: TestHub, name: string, text: string): string {
  const path = join(directory, 'knowledge/search_index', name)
  writeFileSync(path, text)
  utimesSync(path, new Date('2026-01-01'), new Date('2026-01-01'))
  return path
}

const allTopics = (hub: TestHub): string =>
  String(hub.value('SELECT json_group_array(topic) FROM (SELECT DISTINCT topic FROM articles)'))

describe('the content of a hub', () => {
  it('is counted, with the rows that are empty, the same, and not to be read', async () => {
    const hub = hubOf()
    hub.execute(`
      CREATE TABLE content (id INTEGER PRIMARY KEY, type TEXT, title TEXT, content TEXT);
      INSERT INTO content (id, type, title, content) VALUES
        (1, 'page', 'One', 'the lamp'), (2, 'page', 'Two', 'the lamp'), (3, 'page', 'Three', ' The  LAMP '),
        (4, 'note', NULL, NULL), (5, 'note', 'Five', ''), (6, 'note', 'Six', '  '),
        (7, 'note', '<b>Seven</b>' || char(10) || char(27) || '[31m', 'caf' || char(65533))`)
    hub.configure({
      analysis: {
        content: {
          tables: [
            { table: 'content', content: 'content', type: 'type', title: 'title' },
            { table: 'gone', content: 'text' },
          ],
        },
      },
    })
    const { finding, report } = await optimise(hub)
    expect(finding('content.empty')).toMatchObject({
      subject: 'content',
      status: 'warning',
      actual: 3,
      evidence: [
        '1 row NULL: 4',
        '1 row without a character: 5 (Five)',
        '1 row of white space only: 6 (Six)',
      ],
    })
    expect(finding('content.duplicate')).toMatchObject({
      actual: 1,
      evidence: expect.arrayContaining(['2 rows of 8 bytes: 1 (One), 2 (Two)']),
    })
    expect(finding('content.encoding').evidence).toEqual([
      '1 row with U+FFFD, where a character was lost: 7 (<b>Seven</b>)',
    ])
    expect(finding('content.stale')).toMatchObject({ status: 'skipped' })
    expect(report.figures).toContainEqual(
      expect.objectContaining({ name: 'content.type-rows', subject: 'content/note', value: 4 }),
    )
    expect(finding('content.empty', 'gone')).toMatchObject({ status: 'critical' })
    const { tables } = documentIn(hub, report)
    expect(tables[0]?.figures?.empty).toMatchObject({ null: { rows: 1 }, empty: { rows: 1 } })
  })
})

describe('full-text indexes', () => {
  it('that are sound, merged and agree are left as they are, without a backup', async () => {
    const hub = hubOf({ searchIndex: { sources: [source] } })
    hub.execute("INSERT INTO article_search (article_search) VALUES ('optimize')")
    const bytes = readFileSync(hub.database)
    const { finding } = await optimise(hub)
    expect(finding('search-index.consistent', 'article_search')).toMatchObject({ status: 'ok', actual: 0 })
    expect(finding('search-index.rebuilt', 'article_search')).toMatchObject({
      status: 'ok',
      actual: 'nothing to gain: it is sound and merged',
    })
    expect(existsSync(join(hub.directory, 'backups'))).toBe(false)
    expect(readFileSync(hub.database).equals(bytes)).toBe(true)
  })

  it('are made anew when it is forced, behind a proven backup, with the same content', async () => {
    const hub = hubOf()
    const content = contentOf(hub.database)
    const { finding, report } = await optimise(hub, { force: true })
    expect(finding('backup.certified')).toMatchObject({ status: 'ok' })
    expect(finding('content.preserved')).toMatchObject({ status: 'ok' })
    const rebuilt = finding('search-index.rebuilt', 'article_search')
    expect(rebuilt).toMatchObject({ status: 'ok', actual: expect.stringMatching(/ to .*, .* to /) })
    for (const name of ['bytes-before', 'bytes-after', 'search-before', 'search-after']) {
      expect(report.figures).toContainEqual(expect.objectContaining({ name: `search-index.${name}` }))
    }
    expect(contentOf(hub.database)).toBe(content)
  })

  it('that lag behind the table they are over are told row by row, and mended', async () => {
    const hub = hubOf()
    hub.execute(titles)
    hub.execute("INSERT INTO titles (titles) VALUES ('rebuild')")
    hub.execute("UPDATE articles SET title = 'zephyr' WHERE id = 7")
    const { finding } = await optimise(hub)
    expect(finding('search-index.consistent', 'titles')).toMatchObject({
      status: 'warning',
      actual: '1 row differed; none since it was made anew',
      evidence: expect.arrayContaining(['row 7 says something else in the index']),
    })
    expect(finding('search-index.rebuilt', 'titles').status).toBe('ok')
    expect(hub.value("SELECT rowid FROM titles WHERE titles MATCH 'zephyr'")).toBe(7)
  })

  it('with rows of their own get those of the source that the configuration names, and nothing else changes', async () => {
    const hub = hubOf({ searchIndex: { sources: [source] } })
    hub.execute(`
      UPDATE article_search SET body = 'stale' WHERE rowid = 3;
      DELETE FROM article_search WHERE rowid = 5;
      INSERT INTO article_search (rowid, title) VALUES (999, 'extra')`)
    const articles = hub.value('SELECT group_concat(body) FROM articles')
    const { finding } = await optimise(hub)
    expect(finding('search-index.consistent', 'article_search').evidence).toEqual([
      'made from articles',
      'before it was made anew:',
      'row 5 is missing in the index',
      'row 999 is not in the source',
      'row 3 says something else in the index',
    ])
    expect(finding('content.preserved')).toMatchObject({
      status: 'ok',
      evidence: ['rows of article_search became those of articles'],
    })
    expect(hub.value("SELECT count(*) FROM article_search WHERE article_search MATCH 'stale'")).toBe(0)
    expect(hub.value('SELECT group_concat(body) FROM articles')).toBe(articles)
  })

  it('whose source is only guessed are told of, and not written', async () => {
    const hub = hubOf()
    hub.execute("INSERT INTO article_search (article_search) VALUES ('optimize')")
    hub.execute("UPDATE article_search SET body = 'stale' WHERE rowid = 3")
    const { finding } = await optimise(hub)
    expect(finding('search-index.consistent', 'article_search')).toMatchObject({
      status: 'warning',
      actual: 1,
    })
    expect(hub.value('SELECT body FROM article_search WHERE rowid = 3')).toBe('stale')
  })

  it('that are broken are made sound, though no backup of them is proven', async () => {
    const hub = hubOf()
    hub.execute(titles)
    hub.execute("INSERT INTO titles (titles) VALUES ('rebuild')")
    hub.execute("INSERT INTO titles (titles, rowid, title) VALUES ('delete', 1, 'never there')")
    const { finding, report } = await optimise(hub)
    expect(report.findings.filter(({ status }) => status === 'critical')).toEqual([])
    expect(finding('search-index.integrity', 'titles')).toMatchObject({
      status: 'warning',
      actual: 'it was broken, and is sound since it was made anew',
    })
    expect(backupIds(hub)).toHaveLength(1)
  })

  it('are left as they are when no backup is proven, and so are files', async () => {
    const hub = hubOf({ searchIndex: { regenerate: true } })
    const path = writeIndex(hub, 'topics.json', '{"topics": ["lens"]}')
    // An index of the database that does not hold what it says.
    writeAnything(
      hub.database,
      "UPDATE sqlite_schema SET sql = replace(sql, '(topic)', '(author)') WHERE name = 'articles_by_topic'",
    )
    const bytes = readFileSync(hub.database)
    const { finding } = await optimise(hub, { force: true })
    expect(finding('backup.certified', 'before search indexes are made anew')).toMatchObject({
      status: 'critical',
      actual: 'there is none: nothing was changed',
    })
    expect(readFileSync(hub.database).equals(bytes)).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('{"topics": ["lens"]}')
  })

  it('a dry run changes nothing, and says what it would do', async () => {
    const hub = hubOf({ searchIndex: { regenerate: true } })
    const bytes = readFileSync(hub.database)
    const run = await runTask(hub.directory, ['run', 'content-optimization', '--force', '--dry-run'])
    expect(run.finding('search-index.rebuilt', 'article_search').actual).toMatch(/^dry run: /)
    expect(readFileSync(hub.database).equals(bytes)).toBe(true)
    expect(existsSync(join(hub.directory, 'backups'))).toBe(false)
  })

  it('of a live hub that writes all the while are made anew in place; nothing is lost', async () => {
    const hub = hubOf()
    hub.configure({
      database: { authority: 'server', vacuum: { lockBudgetSeconds: 60 }, crossCheckMaxBytes: 0 },
    })
    hub.execute('PRAGMA journal_mode = wal')
    const writer = await startWriter(hub.database)
    const { finding } = await runHere(hub.directory, contentOptimization, { force: true })
    const { acknowledged, refused } = await writer.stop()
    expect(finding('search-index.rebuilt', 'article_search')).toMatchObject({ status: 'ok' })
    expect(finding('content.preserved').status).toBe('skipped')
    expect(refused).toBe(0)
    expect(hub.value('SELECT count(*) FROM commits')).toBe(acknowledged.length)
  })
})

it('what its server would wait too long for is done while that is stopped, where that is allowed', async () => {
  const hub = await controlledHub()
  hub.configure({
    database: { authority: 'server', vacuum: { lockBudgetSeconds: 0.000_001 }, crossCheckMaxBytes: 0 },
    control: { ...hub.control, maintenance: true },
    analysis: { searchIndex: { sources: [source] } },
  })
  hub.execute("UPDATE article_search SET body = 'stale' WHERE rowid = 3")
  const { finding } = await optimise(hub, { force: true })
  expect(hub.calls()).toEqual(['stop', 'start'])
  expect(finding('search-index.rebuilt', 'article_search')).toMatchObject({ status: 'ok' })
  expect(finding('content.preserved').status).toBe('ok')
  expect(finding('search-index.consistent', 'article_search').actual).toBe(
    '1 row differed; none since it was made anew',
  )
})

it('rows of an index are given to it while its server is stopped, without being forced, where that is allowed', async () => {
  const hub = await controlledHub()
  const configure = (maintenance: boolean) =>
    hub.configure({
      database: { authority: 'server', crossCheckMaxBytes: 0 },
      control: { ...hub.control, maintenance },
      analysis: { searchIndex: { sources: [source] } },
    })
  hub.execute(`
    UPDATE article_search SET body = 'stale' WHERE rowid = 3;
    INSERT INTO article_search (article_search) VALUES ('optimize')`)
  configure(false)
  const left = await optimise(hub)
  expect(hub.calls()).toEqual([])
  expect(left.finding('search-index.rebuilt', 'article_search')).toMatchObject({ status: 'skipped' })
  configure(true)
  const { finding, report } = await optimise(hub)
  expect(hub.calls()).toEqual(['stop', 'start'])
  expect(finding('search-index.rebuilt', 'article_search')).toMatchObject({ status: 'ok' })
  expect(report.findings.filter(({ check }) => check === 'search-index.rebuilt')).toHaveLength(1)
  expect(hub.value("SELECT count(*) FROM article_search WHERE article_search MATCH 'stale'")).toBe(0)
})

describe('full-text indexes of other kinds', () => {
  it('that cannot be given the rows of their source are told of, and no other file is put in place', async () => {
    const spoken = { index: 'spoken', table: 'articles', columns: { title: 'title' } }
    const hub = hubOf({ searchIndex: { sources: [spoken] } })
    hub.execute(`CREATE VIRTUAL TABLE spoken USING fts4 (title, languageid="language");
      INSERT INTO spoken (docid, title, language) SELECT id, title, id % 2 FROM articles WHERE id > 1;
      INSERT INTO article_search (article_search) VALUES ('optimize')`)
    const bytes = readFileSync(hub.database)
    const { finding } = await optimise(hub)
    expect(finding('search-index.rebuilt', 'spoken')).toMatchObject({
      status: 'warning',
      actual: 'its rows have languages, of which their source says nothing',
    })
    expect(readFileSync(hub.database).equals(bytes)).toBe(true)
  })

  it('whose table is gone, or whose source is named wrongly, are never passed over', async () => {
    const hub = hubOf({ searchIndex: { sources: [{ ...source, table: 'none' }] } })
    hub.execute(`CREATE TABLE kept (body); CREATE VIRTUAL TABLE orphaned USING fts5 (body, content=kept);
      DROP TABLE kept`)
    const { finding } = await optimise(hub)
    for (const [index, table] of [
      ['orphaned', 'kept'],
      ['article_search', 'none'],
    ]) {
      expect(finding('search-index.consistent', index)).toMatchObject({
        status: 'critical',
        actual: `there is no table ${table}`,
      })
    }
  })

  it('that searches show to be broken are made sound', async () => {
    const hub = hubOf()
    hub.execute(`CREATE VIRTUAL TABLE words USING fts5 (body);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
      INSERT INTO words SELECT 'the lamp of article ' || hex(randomblob(30)) FROM n`)
    writeAnything(hub.database, 'DELETE FROM words_idx')
    const { finding } = await optimise(hub)
    expect(finding('search-index.integrity', 'words')).toMatchObject({
      status: 'warning',
      actual: 'it was broken, and is sound since it was made anew',
      evidence: [expect.stringMatching(/^searches find/)],
    })
  })
})

describe('JSON search indexes', () => {
  it('are told apart from what is only JSON, and from what is none; one of a moment ago is left', async () => {
    const hub = hubOf({ searchIndex: { regenerate: true } })
    writeIndex(hub, 'broken.json', '{"topics": [')
    const { finding } = await optimise(hub)
    expect(finding('search-index.present', 'knowledge/search_index/broken.json').actual).toMatch(
      /cannot be read/,
    )
    expect(finding('search-index.consistent', 'knowledge/search_index/main.json')).toMatchObject({
      status: 'skipped',
      actual: expect.stringMatching(/^it is JSON, and nothing more is known/),
    })
    expect(finding('search-index.consistent', 'knowledge/search_index/topics.json')).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining([
        '4 entries, understood as a topic list',
        'radio is missing in the index',
        'it was left as it is: it was written within the last minute, and the hub may still be at it',
      ]),
    })
    expect(readdirSync(join(hub.directory, 'state'))).not.toContain('replaced')
  })

  it('are written anew where that is asked for, and the old one is kept', async () => {
    const hub = hubOf({ searchIndex: { regenerate: true } })
    const path = writeIndex(hub, 'topics.json', '{\n  "topics": [\n    "lens",\n    "gone"\n  ]\n}\n')
    const { finding } = await optimise(hub)
    const subject = 'knowledge/search_index/topics.json'
    const rebuilt = finding('search-index.rebuilt', subject)
    const kept = /kept as (\S+)$/.exec(String(rebuilt.actual))?.[1] ?? ''
    expect(readFileSync(join(hub.directory, kept), 'utf8')).toContain('"gone"')
    const written = readFileSync(path, 'utf8')
    expect(JSON.parse(written).topics.toSorted()).toEqual(JSON.parse(allTopics(hub)).toSorted())
    expect(written.startsWith('{\n  "topics": [\n    "lens",\n')).toBe(true)
    expect(finding('search-index.consistent', subject).evidence).toContain('gone is not in the database')
  })
})
