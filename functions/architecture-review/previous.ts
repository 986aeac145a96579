import { days, type Finding, finding } from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'
import { type Architecture, architectureSchema } from './document.ts'

/** The last review, as far as there is one. */
export interface Previous {
  readonly document: Architecture | null
  readonly findings: readonly Finding[]
}

/** One of so few days ago is this quarter’s, made again, days. */
const sameQuarter = 45

const name = 'architecture.json'

/** The document of the review of the quarter before, else of the newest one there is. */
export async function previousReview({
  at,
  reports,
}: Pick<ReviewContext, 'at' | 'reports'>): Promise<Previous> {
  const task = 'architecture-review'
  const report =
    (await reports.newest(task, new Date(at.getTime() - days(sameQuarter)))) ??
    (await reports.newest(task, at))
  const text = report === null ? null : await reports.attachment(task, report.run, name)
  if (report === null || text === null) return { document: null, findings: [] }
  const document = read(text)
  if (document !== null) return { document, findings: [] }
  const unread = finding('review.evidence', 'unknown', {
    subject: task,
    expected: 'the document of the last review',
    actual: `${name} of run ${report.run} cannot be read`,
    advice: 'it was written by another version, or by something else; the next review compares with this one',
  })
  return { document: null, findings: [unread] }
}

function read(text: string): Architecture | null {
  try {
    const parsed = architectureSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
