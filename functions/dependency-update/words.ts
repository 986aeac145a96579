import { type Flaw, type InventoryVersion, type Place, plainLine } from '@hubkeeper/audit'
import type { Ecosystem } from '@hubkeeper/core'

/** What a package is called in findings. */
export const subjectOf = ({
  ecosystem,
  normalized,
}: {
  readonly ecosystem: Ecosystem
  readonly normalized: string
}): string => plainLine(ecosystem === 'PyPI' ? normalized : `${normalized} (${ecosystem})`, 120)

/** `requirements.txt:12`. */
export const placeText = ({ key, line }: Place): string => `${plainLine(key)}:${line}`

/** Some of many, as one text. */
export const listText = (items: readonly string[], most: number, each = 60): string => {
  const shown = items.slice(0, most).map((item) => plainLine(item, each))
  return [...shown, ...(items.length > most ? [`${items.length - most} more`] : [])].join(', ')
}

/** A package of which nobody told. */
export interface Unanswered {
  /** What it is called in findings. */
  readonly subject: string
  readonly reason: string
}

/** Each reason once, with the packages that it holds for. */
export const byReason = (unanswered: readonly Unanswered[]): string[] =>
  [...Map.groupBy(unanswered, ({ reason }) => plainLine(reason))].map(
    ([reason, same]) =>
      `${reason}: ${listText(
        same.map(({ subject }) => subject),
        20,
        120,
      )}`,
  )

/** `critical 9.8`, or `not rated`. */
export const ratingText = ({ score, severity }: Pick<Flaw, 'score' | 'severity'>): string => {
  const rated = severity === 'unknown' ? 'not rated' : severity
  return score === null ? rated : `${rated} ${score.toFixed(1)}`
}

/** `CVE-2024-33663 (PYSEC-2024-232), critical 9.8: one line; fixed in 3.4.0`. */
export function flawText(flaw: Flaw): string {
  const { fixVersions, id, ids, summary } = flaw
  const others = ids.filter((other) => other !== id)
  const aliases = others.length === 0 ? '' : ` (${listText(others, 5)})`
  const told = summary === '' ? '' : `: ${plainLine(summary, 200)}`
  const fixed = fixVersions.length === 0 ? 'no fix is known' : `fixed in ${listText(fixVersions, 8)}`
  return `${plainLine(id, 60)}${aliases}, ${ratingText(flaw)}${told}; ${fixed}`
}

/** Where a version comes from: `2.31.0, installed in .venv, asked for at requirements.txt:3`. */
export function versionText({ counts, installedIn, pinnedAt, version }: InventoryVersion): string {
  return [
    plainLine(version, 60),
    ...(installedIn.length === 0 ? [] : [`installed in ${listText(installedIn, 3, 120)}`]),
    ...(pinnedAt.length === 0 ? [] : [`asked for at ${listText(pinnedAt.map(placeText), 5, 120)}`]),
    ...(counts ? [] : ['not what is installed']),
  ].join(', ')
}
