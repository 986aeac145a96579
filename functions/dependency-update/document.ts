import { auditDocument, plainLine } from '@hubkeeper/audit'
import type { Asked } from './ask.ts'
import type { JudgedPackage } from './outdated.ts'
import type { ReadPackages } from './read.ts'
import { placeText } from './words.ts'

/** What the document about all packages is made of. */
interface DocumentParts {
  readonly packages: ReadPackages
  readonly asked: Asked
  readonly judged: readonly JudgedPackage[]
}

/**
 * `audit.json`: what `hubkeeper audit requirements --json` prints, then each flaw once with who accepted it, every
 * version of every package, and what the advisories were.
 */
export function documentText({ asked, judged, packages: { inventory, set } }: DocumentParts): string {
  const newestOf = new Map(
    judged.flatMap(({ versions }) => versions.map(({ newest, of }) => [of, newest] as const)),
  )
  const packages = inventory.packages.flatMap(({ ecosystem, normalized, versions }) =>
    versions.map((of) => ({
      ecosystem,
      package: plainLine(normalized),
      version: plainLine(of.version),
      installedIn: of.installedIn,
      pinnedAt: of.pinnedAt.map(placeText),
      counts: of.counts,
      newest: newestOf.get(of) ?? null,
    })),
  )
  const unversioned = inventory.unversioned.map(({ asked: wanted, ecosystem, normalized, place }) => ({
    ecosystem,
    package: plainLine(normalized),
    asked: plainLine(wanted),
    place: placeText(place),
  }))
  const vulnerabilities = asked.state === 'done' ? asked.knowledge.vulnerabilities : []
  return linesOf({
    ...auditDocument(inventory, set, vulnerabilities),
    advisories: originOf(asked),
    flaws: flawsOf(asked),
    packages,
    unversioned,
  })
}

const originOf = (asked: Asked): object =>
  asked.state === 'done'
    ? asked.knowledge.answer.origin
    : { source: asked.source, failed: plainLine(asked.reason) }

function flawsOf(asked: Asked): object[] {
  if (asked.state !== 'done') return []
  const { accepted, counted } = asked.knowledge.flaws
  return [
    ...counted.map((flaw) => ({ ...flaw, accepted: null })),
    ...accepted.map(({ entry, flaw }) => ({ ...flaw, accepted: entry })),
  ]
}

/** A JSON document with a line for each element of its lists, for people and for `grep`. */
function linesOf(document: object): string {
  const entries = Object.entries(document).map(([key, value]) => {
    const elements: unknown[] | null = Array.isArray(value) ? value : null
    const text =
      elements === null || elements.length === 0
        ? JSON.stringify(value)
        : `[\n${elements.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`
    return `  ${JSON.stringify(key)}: ${text}`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}
