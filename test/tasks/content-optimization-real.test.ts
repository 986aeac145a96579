import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ConfigInput, configSchema, type Finding } from '@hubkeeper/core'
import { httpReindexer } from '@hubkeeper/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reindexByHub } from '../../functions/content-optimization/reindex.ts'
import { contentOptimization } from '../../functions/content-optimization/task.ts'
import { contentOf } from '../support/live-job.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
import { runHere } from '../support/run-here.ts'
import { runWithinProcess } from './support/within-process.ts'

type HubInput = ConfigInput['hubs'][string]

const master = 'ai_knowledge_hub/search_index/master_index.json'
const topics = 'ai_knowledge_hub/search_index/topic_index.json'

const source = {
  index: 'search_fts',
  table: 'search_index',
  columns: {
    content_type: 'content_type',
    content_id: 'content_id',
    title: 'section',
    content: 'content',
    keywords: 'keywords',
  },
}

/** A copy of it that may be written, configured as its owner would. */
function realCopy(rest: Partial<HubInput> = {}): { directory: string; path: string } {
  const directory = copyOfRealHub()
  const config: ConfigInput = {
    hubs: {
      hub: {
        database: {
          path: 'ai_knowledge_hub/knowledge_hub.db',
          authority: 'offline',
          crossCheckMaxBytes: 0,
        },
        searchIndex: { files: ['ai_knowledge_hub/search_index/*.json'] },
        analysis: { searchIndex: { sources: [source], regenerate: true } },
        ...rest,
      },
    },
  }
  writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
  return { directory, path: join(directory, 'ai_knowledge_hub/knowledge_hub.db') }
}

function execute(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

const lines = ({ evidence }: Finding): string => evidence.join('\n')

describe('the content of a real hub', () => {
  it.skipIf(realHub === null)(
    `has 12 empty rows and 12 surplus duplicates; its indexes say what it says (else: ${withoutRealHub})`,
    async () => {
      const { directory, path } = realCopy()
      const before = contentOf(path)
      const { finding, report } = await runHere(directory, contentOptimization)
      expect(finding('content.empty', 'content')).toMatchObject({ status: 'warning', actual: 12 })
      expect(lines(finding('content.empty', 'content'))).toMatch(
        /^10 rows NULL: .*\n2 rows without a character: /,
      )
      expect(finding('content.duplicate', 'content')).toMatchObject({ status: 'warning', actual: 12 })
      expect(finding('content.duplicate', 'content').evidence).toEqual(
        expect.arrayContaining([
          '12 groups equal byte for byte, 12 surplus rows',
          '2 rows of 37 bytes: 165 (Emails | Creatio Academy), 197 (Emails | Creatio Academy)',
        ]),
      )
      const byType = Object.fromEntries(
        report.figures.flatMap(({ name, subject, value }) =>
          name === 'content.type-rows' && subject?.startsWith('content/')
            ? [[subject.slice('content/'.length), value]]
            : [],
        ),
      )
      expect(byType).toEqual({
        course: 10,
        course_page: 33,
        documentation: 126,
        html_page: 3,
        pdf: 14,
        video: 13,
      })
      expect(finding('search-index.integrity', 'search_fts').status).toBe('ok')
      expect(finding('search-index.consistent', 'search_fts')).toMatchObject({ status: 'ok', actual: 0 })
      expect(finding('search-index.consistent', master)).toMatchObject({
        status: 'ok',
        actual: 0,
        evidence: ['27 entries, understood as a catalogue'],
      })
      expect(finding('search-index.consistent', topics)).toMatchObject({
        status: 'ok',
        actual: 0,
        evidence: [expect.stringMatching(/^\d+ entries, understood as a topic index$/)],
      })
      expect(contentOf(path)).toBe(before)
    },
  )

  it.skipIf(realHub === null)(
    `whose indexes lag behind is told of each row and entry, and mended (else: ${withoutRealHub})`,
    async () => {
      const { directory, path } = realCopy()
      execute(path, "UPDATE search_fts SET content = 'stale words' WHERE rowid = 100")
      const files = [master, topics].map((key) => join(directory, key))
      const [masterPath = '', topicsPath = ''] = files
      const right = files.map((file) => readFileSync(file, 'utf8'))
      const without = right[0]?.replace(/ {4}"eac8aef2e9d8": \{[^}]*\},\n/, '') ?? ''
      writeFileSync(masterPath, without)
      writeFileSync(topicsPath, right[1]?.replace('"title": "Recording4"', '"title": "Old name"') ?? '')
      for (const file of files) utimesSync(file, new Date('2026-01-01'), new Date('2026-01-01'))
      const { finding } = await runWithinProcess(directory, contentOptimization)
      expect(lines(finding('search-index.consistent', 'search_fts'))).toContain(
        'row 100 says something else in the index',
      )
      expect(finding('search-index.consistent', master).evidence).toEqual([
        'videos/eac8aef2e9d8 is missing in the index',
      ])
      expect(finding('search-index.consistent', topics).evidence).toEqual([
        'crm/video/a0bdf5f21b6e: the database says something else as title',
      ])
      expect(finding('content.preserved').status).toBe('ok')
      for (const subject of ['search_fts', master, topics]) {
        expect(finding('search-index.rebuilt', subject).status).toBe('ok')
      }
      const again = new DatabaseSync(path, { readOnly: true })
      expect(again.prepare('SELECT 1 FROM search_fts WHERE search_fts MATCH \'"stale words"\'').get()).toBe(
        undefined,
      )
      again.close()
      // Entries come back at the end: nothing says where they were. The rest is as it was, to the last byte.
      const mended = JSON.parse(readFileSync(masterPath, 'utf8'))
      expect(mended).toEqual(JSON.parse(right[0] ?? ''))
      expect(readFileSync(masterPath, 'utf8')).toHaveLength(right[0]?.length ?? 0)
      expect(readFileSync(topicsPath, 'utf8')).toBe(right[1])
    },
  )
})

describe('the hub’s own way to make its indexes anew', () => {
  it('is asked once, and what it answers is told', async () => {
    const asked: string[] = []
    let status = 202
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(status, { location: '/elsewhere' }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { hubs } = configSchema.parse({
      hubs: {
        hub: {
          database: { path: 'hub.db' },
          api: { baseUrl: `http://127.0.0.1:${port}`, endpoints: [{ path: '/health' }] },
          analysis: { searchIndex: { reindex: { path: '/api/v1/reindex' } } },
        },
      },
    })
    const [hub] = Object.values(hubs)
    if (hub === undefined) throw new Error('no hub')
    const context = {
      api: httpReindexer(),
      hub: { ...hub, id: 'hub' },
      dryRun: false,
      progress: { step: () => {} },
    }
    const ask = async (dryRun = false) => (await reindexByHub({ ...context, dryRun })).findings[0]
    expect(await ask()).toMatchObject({
      status: 'ok',
      subject: 'POST /api/v1/reindex',
      actual: expect.stringMatching(/^202 after /),
    })
    expect(await ask(true)).toMatchObject({ status: 'skipped' })
    for (const wrong of [307, 500, 404]) {
      status = wrong
      expect(await ask()).toMatchObject({ status: 'warning', actual: expect.stringMatching(String(wrong)) })
    }
    expect(asked).toEqual(Array.from({ length: 4 }, () => 'POST /api/v1/reindex'))
    const { api: _, ...nowhere } = context.hub
    const [without] = (await reindexByHub({ ...context, hub: nowhere })).findings
    expect(without).toMatchObject({ status: 'unknown', advice: expect.stringContaining('api.baseUrl') })
    server.close()
    server.closeAllConnections()
    expect(await ask()).toMatchObject({ status: 'warning', actual: expect.stringMatching(/nothing listens/) })
  })
})
