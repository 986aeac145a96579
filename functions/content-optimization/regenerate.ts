import { countOf, type Finding, finding, minutes } from '@hubkeeper/core'
import { readJsonIndex } from '@hubkeeper/review'
import type { ContentContext } from './context.ts'
import { isOfOneFile, type JudgedIndexFile } from './json-files.ts'
import { flawLines, flawsOf, indexFileFinding, uncomparedLines } from './json-findings.ts'
import { plain } from './words.ts'

/** Who wrote a file so lately may still be at it, ms: its rows may come after it. */
const settling = minutes(1)

/** What is to be said of an index in a file, which is made anew where that is asked for and possible. */
export async function regenerateIndex(context: ContentContext, judged: JudgedIndexFile): Promise<Finding[]> {
  const { file, judgement } = judged
  const { hub, progress } = context
  if (judgement === null || flawsOf(judgement) === 0) return [indexFileFinding(hub, judged)]
  const obstacle = obstacleTo(context, judged)
  if (obstacle !== null) {
    return [withEvidence(indexFileFinding(hub, judged), `it was left as it is: ${obstacle}`)]
  }
  progress.step(`Writing ${plain(file.key)} anew`)
  return write(context, judged, judgement.renewed ?? '')
}

/** Whether an index would be written anew. */
export const isToRegenerate = (context: ContentContext, judged: JudgedIndexFile): boolean =>
  flawsOf(judged.judgement) > 0 && obstacleTo(context, judged) === null

/** Why an index is not written anew, in words; null where it is. */
function obstacleTo(
  { hub, indexes }: ContentContext,
  { file, index, judgement, readAt }: JudgedIndexFile,
): string | null {
  if (!hub.analysis.searchIndex.regenerate) return 'analysis.searchIndex.regenerate is off'
  if (indexes.elsewhere !== null) return indexes.elsewhere
  if (judgement?.renewed == null) return judgement?.refused ?? 'it cannot be made anew'
  // By when it was read: what is decided before the backup is the same after it.
  const age = readAt.getTime() - file.modifiedAt.getTime()
  if (age < 0) return 'the time of its last change is still to come'
  if (age < settling) return 'it was written within the last minute, and the hub may still be at it'
  // Nothing is written that would not be found right.
  const renewed = readJsonIndex(judgement.renewed)
  return renewed.layout === index.layout ? null : 'what would be written is not understood any more'
}

async function write(
  { hub, indexes }: ContentContext,
  judged: JudgedIndexFile,
  renewed: string,
): Promise<Finding[]> {
  const { bytes, file, judgement } = judged
  const subject = plain(file.key, 200)
  try {
    const kept = await indexes.replace(file.key, renewed, await sha256(bytes ?? new Uint8Array()))
    return [
      finding('search-index.consistent', 'warning', {
        subject,
        expected: 0,
        actual: `${countOf(flawsOf(judgement), 'entry', 'entries')} differed; none since it was written anew`,
        advice: 'see what leaves it behind, such as a step of an import that is missing',
        evidence:
          judgement === null ? [] : [...flawLines(judgement), ...uncomparedLines(judgement.uncompared)],
      }),
      finding('search-index.rebuilt', 'ok', {
        subject,
        actual: `written anew; the old one is kept as ${plain(kept, 400)}`,
      }),
    ]
  } catch (error) {
    // What keeps one file from being written keeps nothing else from being looked at.
    if (!isOfOneFile(error)) throw error
    return [
      indexFileFinding(hub, judged),
      finding('search-index.rebuilt', 'warning', {
        subject,
        expected: 'written anew',
        actual: error.message,
        advice: error.hint,
      }),
    ]
  }
}

const withEvidence = (told: Finding, line: string): Finding => ({
  ...told,
  evidence: [...told.evidence, line],
})

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
