import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { parseMonthlyPerformance } from '../../functions/performance-analysis/document.ts'
import { performanceAnalysis } from '../../functions/performance-analysis/task.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
import { runHere } from '../support/run-here.ts'

const config: ConfigInput = {
  hubs: {
    hub: {
      database: {
        path: 'ai_knowledge_hub/knowledge_hub.db',
        authority: 'offline',
        statements: [
          { name: 'content by type', sql: 'SELECT type, count(*) FROM content GROUP BY type' },
          { name: 'search', sql: "SELECT title FROM search_fts WHERE search_fts MATCH 'process' LIMIT 20" },
          { name: 'one command', sql: 'SELECT * FROM commands WHERE rowid = 1' },
        ],
      },
      logs: { files: ['logs/*.log', 'logs/application.json'] },
      searchIndex: { files: ['ai_knowledge_hub/search_index/*.json'] },
    },
  },
}

describe.skipIf(realHub === null)(`a real hub (${realHub === null ? withoutRealHub : 'read only'})`, () => {
  it('has the sizes and counts that are said of it', async () => {
    const directory = copyOfRealHub()
    writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
    const { finding, report } = await runHere(directory, performanceAnalysis)
    const key = report.artifacts.find((artifact) => artifact.key.includes('monthly_performance'))?.key ?? ''
    const document = parseMonthlyPerformance(JSON.parse(readFileSync(join(directory, key), 'utf8')))
    const sizesIn = (folder: string): number =>
      readdirSync(join(directory, folder)).reduce(
        (sum, name) => sum + statSync(join(directory, folder, name)).size,
        0,
      )
    expect(document.metrics).toMatchObject({
      database_size: 8_327_168,
      search_index_size: sizesIn('ai_knowledge_hub/search_index'),
      search_index_files_count: 2,
      // Five live ones, and five rotated ones of one of them.
      log_files_count: 10,
      log_files_size: sizesIn('logs'),
      backup_files_count: 0,
      reclaimable_size: expect.any(Number),
    })
    const rows = Object.fromEntries((document.metrics.tables ?? []).map((table) => [table.name, table.rows]))
    expect(rows).toMatchObject({
      videos: 13,
      pdfs: 14,
      search_index: 678,
      commands: 18,
      search_fts: 678,
      content: 199,
    })
    expect(document.statements.map((statement) => statement.rows)).toEqual([6, 20, 1])
    // The hub was never analysed, and has no index on the type.
    expect(finding('database.query-time', 'search')).toMatchObject({ status: 'ok' })
    expect(finding('database.plan', 'one command')).toMatchObject({ status: 'ok' })
    expect(report.error).toBeNull()
  })
})
