import { readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigInput, keys, type Report } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { type ContentDocument, contentDocumentSchema } from '../../functions/content-optimization/document.ts'
import { contentOptimization } from '../../functions/content-optimization/task.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { runWithinProcess } from './support/within-process.ts'

type HubInput = ConfigInput['hubs'][string]

const folder = 'knowledge/search_index'

function hubOf(analysis: HubInput['analysis'], files: string[] = [`${folder}/*`]): TestHub {
  const hub = sampleHub({ articles: 40, deletedShare: 0 })
  hub.configure({ searchIndex: { files }, analysis, database: { crossCheckMaxBytes: 0 } })
  return hub
}

const optimise = ({ directory }: TestHub) => runWithinProcess(directory, contentOptimization)

function documentIn({ directory }: TestHub, { run }: Report): ContentDocument {
  const path = join(directory, keys.attachment('content-optimization', run, 'content.json'))
  return contentDocumentSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** A file that was written long enough ago. */
function write({ directory }: TestHub, key: string, text: string): string {
  const path = join(directory, key)
  writeFileSync(path, text)
  utimesSync(path, new Date('2026-01-01'), new Date('2026-01-01'))
  return path
}

describe('search indexes in files', () => {
  it('that are absent, links, or no JSON are told, and keep no other from being written anew', async () => {
    const hub = hubOf({ searchIndex: { regenerate: true } }, [`${folder}/*`, 'gone/*.json'])
    const path = write(hub, `${folder}/list.json`, '{"topics": ["lens"]}')
    const own = write(hub, 'knowledge/elsewhere.json', '{"topics": ["lens"]}')
    symlinkSync('../elsewhere.json', join(hub.directory, folder, 'link.json'))
    write(hub, `${folder}/segment.idx`, 'x')
    const { finding } = await optimise(hub)
    expect(finding('search-index.present', 'gone/*.json')).toMatchObject({
      status: 'warning',
      actual: 'no file matches',
    })
    expect(finding('search-index.consistent', 'files that are no JSON')).toMatchObject({
      status: 'skipped',
      evidence: [`${folder}/segment.idx`],
    })
    expect(finding('search-index.rebuilt', `${folder}/link.json`)).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('links'),
    })
    expect(readFileSync(own, 'utf8')).toBe('{"topics": ["lens"]}')
    expect(finding('search-index.rebuilt', `${folder}/list.json`).status).toBe('ok')
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"topics": \["lens", "/)
  })

  it('of which nothing is known are one finding where they are many', async () => {
    const hub = hubOf({})
    for (let i = 0; i < 120; i++) write(hub, `${folder}/part-${i}.json`, `[${i}]`)
    const { finding, report } = await optimise(hub)
    expect(finding('search-index.consistent', '120 files')).toMatchObject({
      status: 'skipped',
      actual: 'it is JSON, and nothing more is known: it is no object',
      evidence: expect.arrayContaining(['100 more files']),
    })
    expect(documentIn(hub, report).files.length).toBeGreaterThan(120)
  })

  it('of more values than are looked at are unknown, and keep no other from being judged', async () => {
    const hub = hubOf({})
    write(hub, `${folder}/all.json`, `{"topics": [${'"x",'.repeat(1_000_000)}"x"]}`)
    write(hub, `${folder}/list.json`, '{"topics": ["lens", "gone"]}')
    const { finding } = await optimise(hub)
    expect(finding('search-index.consistent', `${folder}/all.json`)).toMatchObject({
      status: 'unknown',
      actual: 'it holds more than 1,000,000 values',
      advice: 'leave it out of searchIndex.files, or divide it',
    })
    expect(finding('search-index.consistent', `${folder}/list.json`).status).toBe('warning')
  })

  it('are told with what to do where they differ, and unknown where their tables are gone', async () => {
    const hub = hubOf({ content: { tables: [{ table: 'articles', content: 'body' }] } })
    write(hub, `${folder}/list.json`, '{"topics": ["lens", "gone"]}')
    write(hub, `${folder}/talks.json`, '{"crm": [{"type": "talk", "id": "1", "title": "One"}]}')
    hub.execute('CREATE TABLE podcasts (id, title, topics)')
    hub.execute(`INSERT INTO podcasts VALUES (1, 'One', 'crm, bpm'), (2, x'00', '["crm"]')`)
    write(
      hub,
      `${folder}/podcasts.json`,
      '{"crm": [{"type": "podcast", "id": 1, "title": "One"}, {"type": "podcast", "id": 2, "title": "Two"}]}',
    )
    const { finding, report } = await optimise(hub)
    expect(finding('search-index.consistent', `${folder}/list.json`)).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('analysis.searchIndex.regenerate'),
    })
    expect(finding('search-index.consistent', `${folder}/talks.json`)).toMatchObject({
      status: 'unknown',
      actual: 'the database has no rows with columns id and title in what it is made from: talks',
      advice: expect.stringContaining('vanished'),
    })
    expect(finding('search-index.consistent', `${folder}/podcasts.json`)).toMatchObject({
      status: 'unknown',
      actual: 0,
      evidence: expect.arrayContaining([
        '2 rows of the database cannot be compared in full: no id, or what cannot be read',
      ]),
    })
    const { files, tables } = documentIn(hub, report)
    expect(files.find(({ key }) => key.endsWith('list.json'))).toMatchObject({ extra: 1, uncompared: 0 })
    expect(tables).toMatchObject([{ table: 'articles', guessed: false }])
  })
})

describe('content', () => {
  it('that is guessed says so; a table without a row or a text is not called good', async () => {
    const hub = hubOf({}, ['*.none'])
    hub.execute(`CREATE TABLE content (type, content, updated_at);
      INSERT INTO content VALUES ('a', x'00ff', '01.02.2024'), ('', x'01', 'long ago');
      CREATE TABLE documents (content TEXT)`)
    const { finding, report } = await optimise(hub)
    expect(finding('content.empty', 'content').evidence).toEqual([
      'its text is taken to be column content: name it in analysis.content.tables where that is wrong',
    ])
    expect(finding('content.encoding', 'content')).toMatchObject({
      status: 'skipped',
      evidence: ['2 rows of bytes (BLOB), which have no encoding'],
    })
    expect(finding('content.stale', 'content')).toMatchObject({
      status: 'unknown',
      evidence: ['2 rows of a moment that is not understood: 1, 2'],
    })
    for (const check of ['content.empty', 'content.duplicate', 'content.encoding', 'content.stale']) {
      expect(finding(check, 'documents')).toMatchObject({
        status: 'skipped',
        actual: 'the table has no row',
      })
    }
    expect(documentIn(hub, report).tables[0]).toMatchObject({
      guessed: true,
      figures: { stored: { text: 0, blob: 2, number: 0 } },
    })
  })

  it('of which a little more is stale than the limit is over it', async () => {
    const hub = hubOf({}, ['*.none'])
    hub.execute(`CREATE TABLE content (content, updated_at);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO content SELECT 'Text ' || i, iif(i <= 2001, '2001-01-01', datetime()) FROM n`)
    const { finding } = await optimise(hub)
    expect(finding('content.stale', 'content')).toMatchObject({ status: 'warning', actual: 80.04 })
  })

  it('is counted whole where only some of it is listed, and that is said', async () => {
    const hub = hubOf({ content: { tables: [{ table: 'content', content: 'content', type: 'type' }] } }, [
      '*.none',
    ])
    hub.execute(`CREATE TABLE content (type, content);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO content SELECT 'type ' || (i % 25), 'Text ' || (i % 30) FROM n;
      INSERT INTO content SELECT 'many', 'Same.' FROM content LIMIT 50;
      INSERT INTO content VALUES ('many', 'SAME.')`)
    const { finding, report } = await optimise(hub)
    const { evidence } = finding('content.duplicate', 'content')
    expect(evidence).toEqual(
      expect.arrayContaining([
        '31 groups equal byte for byte, 119 surplus rows',
        expect.stringMatching(/^50 rows of 5 bytes: (?:\d+, ){20}and 30 more$/),
        '11 more groups, none of them larger',
        '1 group equal but for space and capitals, 1 surplus text',
        expect.stringMatching(/^2 texts of 5 bytes: /),
      ]),
    )
    const page = readFileSync(
      join(hub.directory, keys.attachment('content-optimization', report.run, 'content.md')),
      'utf8',
    )
    expect(page).toContain('By type, the 20 largest; 24 rows are of others')
    expect(page).toContain('Rows that are equal byte for byte: the 20 largest of 31 groups')
    expect(page).toContain('Texts that are equal but for space and capitals')
  })
})
