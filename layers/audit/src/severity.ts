/** How bad a flaw is, worst first; `unknown` where nobody rated it, which is not `none`. */
export const severities = ['critical', 'high', 'unknown', 'medium', 'low', 'none'] as const

/** One of {@link severities}. */
export type Severity = (typeof severities)[number]

/** The worse of two; what nobody rated counts as worse than medium. */
export const worseSeverity = (one: Severity, other: Severity): Severity =>
  severities.indexOf(one) <= severities.indexOf(other) ? one : other
