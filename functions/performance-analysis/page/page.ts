import { type Finding, worstOf } from '@hubkeeper/core'
import { findingSections, type Page, verdictOf } from '@hubkeeper/review'
import type { AnalysisContext } from '../context.ts'
import type { Measured } from '../measured.ts'
import { summary } from './glance.ts'
import { growthSection, sizeSection } from './sizes.ts'
import { apiSection, statementSection, trendSection } from './speed.ts'

/** The analysis as a page for people. */
export function pageOf(
  context: Pick<AnalysisContext, 'at' | 'database' | 'hub' | 'now' | 'run'>,
  measured: Measured,
  findings: readonly Finding[],
): Page {
  const { at, database, hub, now, run } = context
  return {
    title: 'Monthly performance analysis',
    subtitle: `${hub.id}, ${at.toISOString().slice(0, 10)}, run ${run}`,
    status: worstOf(findings),
    verdict: verdictOf({ error: null, findings }),
    sections: [
      summary(hub, measured),
      ...findingSections(findings),
      statementSection(measured),
      apiSection(measured),
      sizeSection(measured),
      growthSection(at, database.key, measured),
      trendSection(hub, measured),
    ],
    generatedAt: now(),
  }
}
