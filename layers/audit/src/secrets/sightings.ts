import type { SearchedText } from '@hubkeeper/core'
import { type Assignment, assignmentsIn } from './assignments.ts'
import { isTemplate } from './default-passwords.ts'
import type { Sighting } from './finding.ts'
import { authorizationsIn, privateKeysIn, urlPasswordsIn, webTokensIn } from './forms.ts'
import { judgeValue } from './judge.ts'
import { knownFormatsIn } from './known-formats.ts'
import { isProgram } from './references.ts'

/**
 * The secrets that stand in a text, in order; where two ways of looking see the same one, the more exact
 * one tells what it is, and an assignment what it is called.
 */
export async function sightingsIn({ kind, place, text }: SearchedText): Promise<Sighting[]> {
  const assignments = [...assignmentsIn(text, kind)]
  const found = [
    ...privateKeysIn(text),
    ...(await knownFormatsIn(text, place)),
    ...webTokensIn(text),
    ...urlPasswordsIn(text),
    ...authorizationsIn(text),
    ...assignments
      .filter(({ value }) => value.quoted || !isProgram(place))
      .flatMap((assignment) => judged(assignment, text, kind)),
  ].filter(({ rule }) => rule !== 'default-password' || !isTemplate(place))
  return withNames(withoutOverlap(found, text.length), assignments).map((sighting) => ({
    ...sighting,
    name: sighting.name ?? (kind === 'log' ? null : nameBefore(text, sighting.start)),
  }))
}

function judged(
  { account, family, name, value }: Assignment,
  text: string,
  kind: SearchedText['kind'],
): Sighting[] {
  const { end, inSentence, quoted, start } = value
  const rule = judgeValue({ name, family, kind, quoted, inSentence, value: text.slice(start, end) })
  if (rule === null || (account && rule !== 'default-password')) return []
  return [{ rule, name, start, end }]
}

/** What is found first counts; what shares a sign with it is the same secret. */
function withoutOverlap(sightings: readonly Sighting[], length: number): Sighting[] {
  const taken = new Uint8Array(sightings.length === 0 ? 0 : length)
  return sightings.filter(({ end, start }) => {
    if (taken.subarray(start, end).includes(1)) return false
    taken.fill(1, start, end)
    return true
  })
}

/** In order, with the name of the assignment that each is the value of, or stands within. */
function withNames(sightings: readonly Sighting[], assignments: readonly Assignment[]): Sighting[] {
  const sorted = assignments.toSorted((a, b) => a.value.start - b.value.start)
  let next = 0
  let around: Assignment | null = null
  return sightings
    .toSorted((a, b) => a.start - b.start)
    .map((sighting) => {
      for (
        let one = sorted[next];
        one !== undefined && one.value.start <= sighting.start;
        one = sorted[++next]
      ) {
        if (around === null || one.value.end > around.value.end) around = one
      }
      const name = around !== null && around.value.end >= sighting.end ? around.name : null
      return { ...sighting, name: sighting.name ?? name }
    })
}

const namedLine =
  /(?:^|\n)[ \t]{0,32}(?:(?:export|-)[ \t]+)?["']?([A-Za-z_][\w.-]{0,63})["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:[a-z+\d]{2,20}:\/\/[^\s"':@]{0,64}:)?$/

/** What a line begins with that a secret, or the URL with it, is the value of, whatever it is called. */
function nameBefore(text: string, start: number): string | null {
  const near = text.slice(Math.max(0, start - 160), start)
  const line = near.lastIndexOf('\n')
  if (line < 0 && start > 160) return null
  return namedLine.exec(near.slice(Math.max(0, line)))?.[1] ?? null
}
