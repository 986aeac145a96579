import type { ObjectStore, Report } from '@hubkeeper/core'

/** A report as HTML, and where it came from. */
export interface ReportPage {
  readonly html: string
  /** The document of the run itself; null when the page was made of the report just now. */
  readonly key: string | null
}

/** The page that a run made of what it found; where it made none, its report as one. */
export async function pageOf(store: ObjectStore, report: Report): Promise<ReportPage> {
  const own = report.artifacts.find(({ key, kind }) => kind === 'attachment' && key.endsWith('.html'))
  const stored = own === undefined ? null : await store.get(own.key)
  if (own !== undefined && stored !== null)
    return { html: new TextDecoder().decode(stored.body), key: own.key }
  const { htmlOf, pageOfReport } = await import('@hubkeeper/review')
  return { html: await htmlOf(pageOfReport(report)), key: null }
}
