import type { Finding } from '@hubkeeper/core'

/** The finding of a check, and of a subject where one is named. @throws Error when there is none */
export type FindFinding = (check: string, subject?: string | null) => Finding

/** Looks among findings. */
export const findingIn =
  (findings: readonly Finding[]): FindFinding =>
  (check, subject) => {
    const found = findings.find(
      (candidate) => candidate.check === check && (subject === undefined || candidate.subject === subject),
    )
    if (found !== undefined) return found
    throw new Error(`no ${check} ${subject ?? ''} among ${JSON.stringify(findings, null, 1)}`)
  }
