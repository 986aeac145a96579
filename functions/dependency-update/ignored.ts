import { type AcceptedFlaws, plainLine, type Tellable } from '@hubkeeper/audit'
import { type AuditConfig, countOf, finding } from '@hubkeeper/core'
import { bounded, boundedLines } from './bounded.ts'
import { everyTime } from './context.ts'
import { flawText } from './words.ts'

const check = 'dependencies.ignored'

type Entry = AuditConfig['ignore'][number]

/** What is accepted, and a finding for each entry that is to be decided anew. */
export function ignoredFindings({ accepted, expired, unused }: AcceptedFlaws): Tellable[] {
  const decideAnew = [
    ...expired.map((entry) => entryTellable(entry, `expired on ${entry.until}: it counts again`)),
    ...unused.map((entry) => entryTellable(entry, 'nothing matches it any more')),
  ]
  if (accepted.length === 0) return bounded(check, decideAnew)
  const evidence = accepted.map(
    ({ entry, flaw }) =>
      `${plainLine(flaw.package, 120)} ${plainLine(flaw.version, 60)}: ${flawText(flaw)}; accepted until ${entry.until}: ${plainLine(entry.reason)}`,
  )
  const told = finding(check, 'ok', {
    actual: `${countOf(accepted.length, 'flaw')} accepted for a time`,
    evidence: boundedLines(evidence),
  })
  return [...bounded(check, decideAnew), ...everyTime(told)]
}

function entryTellable(entry: Entry, actual: string): Tellable {
  const { id, package: name, reason, until } = entry
  const subject = plainLine(name === undefined ? id : `${id} (${name})`, 120)
  const told = finding(check, 'warning', { subject, actual, evidence: [plainLine(`reason: ${reason}`)] })
  return { finding: told, about: [[`${check}:${id}:${name ?? ''}:${until}:${actual}`]] }
}
