import {
  checkDisks,
  checkMemory,
  formatBytes,
  only,
  type Part,
  type TaskResult,
  together,
} from '@hubkeeper/core'
import { htmlOf, markdownOf } from '@hubkeeper/review'
import { searchIndexFinding } from '../performance-review/search-index.ts'
import { analyseApi } from './api.ts'
import type { AnalysisContext } from './context.ts'
import { analyseDatabase } from './database.ts'
import { readEarlier } from './earlier.ts'
import type { Measured } from './measured.ts'
import { pageOf } from './page/page.ts'
import { documentName, documentOf } from './record.ts'
import { measureSizes, sizeFigures } from './sizes.ts'
import { speedTrends, trendFinding } from './trends.ts'

/** How fast the hub is, where its bytes are, and what became of both over the months; changes nothing. */
export async function run(context: AnalysisContext): Promise<TaskResult> {
  const { at, host, hub, progress } = context
  progress.step('Asking the API')
  const api = await analyseApi(context)
  progress.step('Benchmarking the statements on a snapshot')
  const database = await analyseDatabase(context)
  progress.step('Counting files, looking at disk and memory')
  const sizes = await measureSizes(context)
  const { bytes, files } = sizes.searchIndex
  const sized: Part = {
    findings: [searchIndexFinding(hub, files, [formatBytes(bytes)])],
    figures: sizeFigures(sizes, context.database.key),
  }
  const machine = together([
    await checkDisks(hub, host, api.health),
    await checkMemory(hub, host, api.health),
  ])
  progress.step('Comparing with earlier reports')
  const now = together([api, database, machine, sized])
  const earlier = await readEarlier(context, now.figures)
  const trends = speedTrends(at, now.figures, earlier)
  const told = only(...earlier.findings, ...trends.map((trend) => trendFinding(hub, trend)))
  const { figures, findings } = together([now, told])
  const measured: Measured = {
    database: database.database,
    endpoints: api.endpoints,
    sizes,
    disks: host.elsewhere === null ? await host.disks() : [],
    memory: host.elsewhere === null ? await host.memory() : null,
    earlier,
    trends,
  }
  const page = pageOf(context, measured, findings)
  return {
    findings,
    figures,
    attachments: [
      { name: 'performance.html', text: await htmlOf(page) },
      { name: 'performance.md', text: markdownOf(page) },
      {
        name: documentName(context),
        text: `${JSON.stringify(documentOf(context, measured), null, 2)}\n`,
        published: true,
      },
    ],
  }
}
