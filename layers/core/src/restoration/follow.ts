import { finding } from '../finding.ts'
import { reasonOf } from '../findings/outcome.ts'
import type { ContentDigest, Outcome } from '../ports/examination.ts'
import type { Finding } from '../report.ts'
import { judgeRestoration, restorationFinding } from './judge.ts'
import { isFollowed, type RememberedContent, type Restoration } from './record.ts'

/** A content digest as a restoration remembers it. */
export const rememberedContent = ({ tables, value }: ContentDigest): RememberedContent => ({
  digest: value,
  tables: tables.map(({ digest, name }) => ({ name, digest })),
})

/** What a look at the database says of the last restore. */
export interface Followed {
  /** Empty where there is nothing to look out for. */
  readonly findings: readonly Finding[]
  /** There is nothing more to look out for. */
  readonly settled: boolean
}

/** Judges the last restore by the content of a snapshot of the database `subject`. */
export function followRestoration(
  restoration: Restoration | null,
  digest: Outcome<ContentDigest>,
  { at, subject }: { readonly at: Date; readonly subject: string },
): Followed {
  if (!isFollowed(restoration)) return { findings: [], settled: false }
  if (digest.state !== 'done') {
    const actual = reasonOf(digest)
    return { findings: [finding('restore.held', 'unknown', { subject, actual })], settled: false }
  }
  const verdict = judgeRestoration(restoration, rememberedContent(digest.value), at)
  if (verdict === null) return { findings: [], settled: false }
  return { findings: [restorationFinding(verdict, restoration, subject)], settled: verdict.settled }
}
