import { defineTask, figure, gibibytes, minutes, only, type Part, together, weekly } from '@hubkeeper/core'
import * as z from 'zod'
import { reviewApi } from './api.ts'
import { access, type ReviewContext } from './context.ts'
import { compare, type History, historyOf } from './history.ts'
import { askMetrics } from './hub-metrics.ts'
import { reviewMachine, reviewServer, reviewServices } from './processes.ts'
import { searchIndexFinding } from './search-index.ts'
import { reviewDatabase } from './statements.ts'

/** How fast the hub is and what it takes, beside what it was a week ago. */
export const performanceReview = defineTask({
  name: 'performance-review',
  title: 'Weekly performance review',
  summary: 'Response times, query times, memory and CPU, sizes, compared with the review before',
  schedule: weekly('sunday', '14:30'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: false,
  input: z.strictObject({}),
  async run(context) {
    const { host, progress } = context
    const history = historyOf(context)
    progress.step('Asking the API')
    const idle = await host.cpu()
    const before = await askMetrics(context)
    const answers = await reviewApi(context, before, history)
    progress.step('Timing the statements on a snapshot')
    const database = await reviewDatabase(context, history)
    progress.step('Looking at processes, memory and files')
    const after = await askMetrics(context)
    return together([
      answers,
      await reviewServices(context, history),
      await reviewServer(before, after, history),
      await reviewMachine(context, idle, answers.health, after),
      database,
      await reviewSearchIndex(context, history),
    ])
  },
})

/** The search index that the hub keeps in files beside its database. */
async function reviewSearchIndex({ files, hub }: ReviewContext, history: History): Promise<Part> {
  if (hub.searchIndex === undefined) return only(searchIndexFinding(hub, 0, []))
  const found = await files.match(hub.searchIndex.files)
  const size = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const { evidence, figures } = await compare(history, figure('search-index.size', size, 'bytes'))
  return {
    findings: [searchIndexFinding(hub, found.length, [`size: ${evidence}`])],
    figures: [figure('search-index.files', found.length, 'count'), ...figures],
  }
}
