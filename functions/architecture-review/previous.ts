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

/** Older ones are of another time, days: two years. */
const longestAgo = 731

const task = 'architecture-review'
const name = 'architecture.json'

/** The document of the review of the quarter before, else of the newest one there is. */
export async function previousReview({
  at,
  hub,
  reports,
}: Pick<ReviewContext, 'at' | 'hub' | 'reports'>): Promise<Previous> {
  const bound = new Date(at.getTime() - days(sameQuarter))
  const older = await reports.between(task, new Date(at.getTime() - days(longestAgo)), bound)
  const newer = await reports.between(task, bound, at)
  // One that failed left no document: the one before it did.
  const [report] = [older, newer].flatMap(
    (each) => each.reports.findLast((last) => last.status !== 'failed' && last.hub === hub.id) ?? [],
  )
  if (report === undefined) {
    const [unread] = [older, newer].flatMap(({ unreadable }) => unreadable.slice(-1))
    return { document: null, findings: unread === undefined ? [] : [unknown(`${unread} cannot be read`)] }
  }
  const text = await reports.attachment(task, report.run, name)
  const document = text === null ? null : read(text)
  if (document !== null) return { document, findings: [] }
  const why = text === null ? 'is not there' : 'cannot be read'
  return { document: null, findings: [unknown(`${name} of run ${report.run} ${why}`)] }
}

const unknown = (actual: string): Finding =>
  finding('review.evidence', 'unknown', {
    subject: task,
    expected: 'the document of the last review',
    actual,
    advice:
      'it was removed, or written by another version or something else; the next review compares with this one',
  })

function read(text: string): Architecture | null {
  try {
    const parsed = architectureSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
