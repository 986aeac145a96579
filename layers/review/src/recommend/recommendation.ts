/** How bad it is to leave something as it is, worst first. */
export const risks = ['high', 'medium', 'low'] as const

/** One of {@link risks}. */
export type Risk = (typeof risks)[number]

/** Something that is worth doing. */
export interface Recommendation {
  /** Equal for the same matter from one review to the next: kebab-case, with its subject. */
  readonly id: string
  /** What to do. */
  readonly title: string
  /** What it follows from, a fact a line. */
  readonly evidence: readonly string[]
  /** In words: `hours`, `a day`, `days`. */
  readonly effort: string
  readonly risk: Risk
  /** What happens if it is not done. */
  readonly ifNot: string
}

/** The most pressing first; equal ones as they come. */
export const byRisk = (recommendations: readonly Recommendation[]): Recommendation[] =>
  recommendations.toSorted((a, b) => risks.indexOf(a.risk) - risks.indexOf(b.risk))

/** What became of recommendations since the last review. */
export interface RecommendationChanges {
  readonly added: readonly string[]
  readonly remaining: readonly string[]
  readonly settled: readonly string[]
}

/** Compares by id; `before` are those of the last review. */
export function changesOf(
  now: readonly Pick<Recommendation, 'id'>[],
  before: readonly Pick<Recommendation, 'id'>[],
): RecommendationChanges {
  const [is, was] = [new Set(now.map(({ id }) => id)), new Set(before.map(({ id }) => id))]
  return {
    added: [...is].filter((id) => !was.has(id)),
    remaining: [...is].filter((id) => was.has(id)),
    settled: [...was].filter((id) => !is.has(id)),
  }
}
