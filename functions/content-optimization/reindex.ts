import { figure, finding, formatDuration, only, type Part, seconds } from '@hubkeeper/core'
import type { ContentContext } from './context.ts'

/** Has the hub make its own indexes anew, where it is configured: one request, which is never repeated. */
export async function reindexByHub({
  api,
  dryRun,
  hub,
  progress,
}: Pick<ContentContext, 'api' | 'dryRun' | 'hub' | 'progress'>): Promise<Part> {
  const { reindex } = hub.analysis.searchIndex
  if (reindex === undefined) return only()
  const subject = `${reindex.method} ${reindex.path}`
  if (hub.api === undefined) {
    return only(
      finding('search-index.rebuilt', 'unknown', {
        subject,
        expected: 'an answer of 200 to 299',
        actual: 'it was not called: no api is configured',
        advice: 'say in hubkeeper.json where the hub’s API is: api.baseUrl',
      }),
    )
  }
  if (dryRun) {
    return only(
      finding('search-index.rebuilt', 'skipped', { subject, actual: 'dry run: it would be called' }),
    )
  }
  progress.step(`Calling the hub’s own ${subject}`)
  const answer = await api.reindex({
    url: new URL(reindex.path, hub.api.baseUrl).href,
    method: reindex.method,
    timeout: seconds(reindex.timeoutSeconds),
  })
  const took = formatDuration(answer.duration)
  const done = answer.kind === 'answer' && answer.status >= 200 && answer.status < 300
  return {
    findings: [
      finding('search-index.rebuilt', done ? 'ok' : 'warning', {
        subject,
        expected: 'an answer of 200 to 299',
        actual: answer.kind === 'answer' ? `${answer.status} after ${took}` : answer.detail,
        ...(done ? {} : { advice: 'see the hub’s own log; it was asked once, and is not asked again' }),
      }),
    ],
    figures: [figure('search-index.reindex-duration', answer.duration / 1000, 'seconds', subject)],
  }
}
