import {
  type Declined,
  decodeText,
  type LeftUpgrade,
  type Proposals,
  plainLine,
  rewrite,
  type Upgrade,
  unifiedDiff,
} from '@hubkeeper/audit'
import type { Attachment } from '@hubkeeper/core'
import { listText, placeText } from './words.ts'

/** A file of requirements as it is, and as it might be. */
export interface Proposal {
  readonly key: string
  /** The file as it was read. */
  readonly bytes: Uint8Array
  /** Null where nothing can be written into it. */
  readonly text: string | null
  readonly diff: string
  readonly written: readonly Upgrade[]
  readonly left: readonly LeftUpgrade[]
  readonly declined: readonly Declined[]
}

/** What is proposed for each file that upgrades are wanted in. */
export function proposalsOf(
  { declined, upgrades }: Proposals,
  read: ReadonlyMap<string, Uint8Array>,
): Proposal[] {
  const byFile = Map.groupBy(upgrades, ({ place }) => place.key)
  const declinedIn = Map.groupBy(declined, ({ requirement }) => requirement.place.key)
  const files = [...new Set([...byFile.keys(), ...declinedIn.keys()])].sort()
  const proposals = files.flatMap((key) => {
    const bytes = read.get(key)
    if (bytes === undefined) return []
    const own = { key, bytes, declined: declinedIn.get(key) ?? [] }
    return [{ ...own, ...rewritten(key, bytes, byFile.get(key) ?? []) }]
  })
  return consistent(proposals)
}

const packageOf = ({ ecosystem, requirement: { normalized } }: Upgrade): string =>
  `${ecosystem}/${normalized}`

/** All files are one installation: a package that cannot be upgraded in one place is not upgraded in the others. */
function consistent(proposals: readonly Proposal[]): Proposal[] {
  const stuck = new Map(
    proposals.flatMap(({ left }) => left.map(({ upgrade }) => [packageOf(upgrade), upgrade] as const)),
  )
  return proposals.map((proposal) => {
    const { bytes, key, left, written } = proposal
    const [held, free] = [true, false].map((isHeld) =>
      written.filter((upgrade) => stuck.has(packageOf(upgrade)) === isHeld),
    )
    if (held === undefined || free === undefined || held.length === 0) return proposal
    const stays = held.map((upgrade) => {
      const place = stuck.get(packageOf(upgrade))?.place ?? upgrade.place
      return { upgrade, reason: `it cannot be written at ${placeText(place)}, and both have to agree` }
    })
    return { ...proposal, ...rewritten(key, bytes, free), left: [...left, ...stays] }
  })
}

function rewritten(
  key: string,
  bytes: Uint8Array,
  upgrades: readonly Upgrade[],
): Pick<Proposal, 'diff' | 'left' | 'text' | 'written'> {
  const before = decode(bytes)
  if (before === null) {
    const reason = 'the file is not in UTF-8'
    return { text: null, diff: '', written: [], left: upgrades.map((upgrade) => ({ upgrade, reason })) }
  }
  const { left, text, written } = rewrite(before, upgrades)
  return { text: text === before ? null : text, diff: unifiedDiff(key, before, text), written, left }
}

/**
 * Its byte order mark stays in it, so that it is written back as it was. Null for what is not in UTF-8, or declares
 * another encoding by which it was read otherwise.
 */
function decode(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.replace(/^\ufeff/, '') === decodeText(bytes).text ? text : null
  } catch {
    return null
  }
}

/** Each proposal as a whole file and as a diff. */
export function proposalAttachments(proposals: readonly Proposal[]): Attachment[] {
  const names = new Set<string>()
  return proposals.flatMap(({ diff, key, text }) => {
    if (text === null) return []
    const name = unusedName(key.replace(/[^\w.-]+/g, '-'), names)
    return [
      { name: `${name}.proposed.txt`, text },
      { name: `${name}.diff`, text: diff },
    ]
  })
}

/** Names are cut and plain, so two keys may come to one. */
function unusedName(wanted: string, names: Set<string>): string {
  const base = wanted.slice(-100)
  let name = base
  for (let i = 2; names.has(name); i += 1) name = `${base}-${i}`
  names.add(name)
  return name
}

/** What is proposed, what could not be written, and what nothing can be proposed for, a line each. */
export const proposalLines = ({ declined, left, written }: Proposal): string[] => [
  ...written.map(upgradeText),
  ...left.map(({ reason, upgrade }) => plainLine(`not written: ${upgradeText(upgrade)}: ${reason}`, 400)),
  ...declined.map(({ reason, requirement: { name, pinned, place } }) =>
    plainLine(`no upgrade of ${name} ${pinned ?? ''} at ${placeText(place)}: ${reason}`),
  ),
]

/** `requests 2.31.0 → 2.31.1 (patch), mends CVE-2024-1, line 3`. */
function upgradeText({ fixes, from, level, name, place, reason, remaining, to }: Upgrade): string {
  return [
    `${plainLine(name, 120)} ${plainLine(from, 60)} → ${plainLine(to, 60)} (${level}), line ${place.line}`,
    ...(fixes.length === 0 ? [] : [`mends ${listText(fixes, 8)}`]),
    ...(remaining.length === 0 ? [] : [`${listText(remaining, 8)} stays`]),
    ...(reason === null ? [] : [plainLine(reason)]),
  ].join('; ')
}
