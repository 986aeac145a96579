import { type Inventory, plainLine, severities, type Tellable } from '@hubkeeper/audit'
import { countOf, days, type Figure, figure, finding, formatDuration } from '@hubkeeper/core'
import type { Asked, FlawKnowledge } from './ask.ts'
import { boundedLines } from './bounded.ts'
import { type AuditContext, everyTime, type Told } from './context.ts'
import { ignoredFindings } from './ignored.ts'
import { lastKnownLines } from './last-known.ts'
import { type FlawedPackage, vulnerableFindings } from './vulnerable.ts'

const check = 'dependencies.vulnerable'

/** Everything about flaws: of packages, of entries that accept them, and of what is known at all. */
export function flawsTold(
  context: AuditContext,
  asked: Asked,
  inventory: Inventory,
  flawed: readonly FlawedPackage[],
): Told {
  if (inventory.packages.length === 0) {
    return { tellables: vulnerableFindings(inventory, []), figures: [], unseen: [] }
  }
  if (asked.state === 'failed') {
    const told = finding(check, 'unknown', {
      subject: 'advisories',
      actual: plainLine(asked.reason),
      evidence: boundedLines(lastKnownLines(context, asked.lastKnown, inventory)),
      advice: 'see that the server can be reached, or keep a copy of its records as audit.advisories.stored',
    })
    // Each time, for nobody knows what is missed meanwhile.
    return { tellables: everyTime(told), figures: [], unseen: [check, 'dependencies.ignored'] }
  }
  const { knowledge } = asked
  return {
    tellables: [
      ...vulnerableFindings(inventory, flawed),
      advisoriesTellable(context, knowledge),
      ...unreadAdvisories(knowledge),
      ...ignoredFindings(knowledge.flaws),
    ],
    figures: flawFigures(flawed),
    unseen: [],
  }
}

/** Where advisories came from; what is stored is a copy, which somebody has to renew. */
function advisoriesTellable(
  { at, hub }: AuditContext,
  { answer: { origin, remarks = [] } }: FlawKnowledge,
): Tellable {
  const { maxAgeDays } = hub.audit.advisories
  const { newestAt, readAt, source } = origin
  const age = at.getTime() - (newestAt ?? readAt).getTime()
  const isOld = !/^https?:/.test(source) && age > days(maxAgeDays)
  const newest = newestAt === null ? '' : `, its newest record of ${newestAt.toISOString().slice(0, 10)}`
  const told = finding(check, isOld ? 'unknown' : 'ok', {
    subject: 'advisories',
    expected: isOld ? `records of the last ${maxAgeDays} days` : null,
    actual: `from ${plainLine(source)}${newest}`,
    evidence: [
      ...(isOld ? [`${formatDuration(age)} old: later flaws are not known`] : []),
      ...remarks.map((remark) => plainLine(remark)),
    ],
    ...(isOld
      ? { advice: `renew ${plainLine(source)}, or let a server be asked as audit.advisories.url` }
      : {}),
  })
  return { finding: told, about: [[`${check}:advisories:old`]] }
}

function unreadAdvisories({ unread }: FlawKnowledge): Tellable[] {
  if (unread.length === 0) return []
  const told = finding(check, 'unknown', {
    subject: 'records',
    actual: `${countOf(unread.length, 'statement')} of advisories could not be understood`,
    advice: 'see the evidence; what else they say was taken into account',
    evidence: boundedLines(unread.map((line) => plainLine(line))),
  })
  return [{ finding: told, about: unread.map((line) => [`${check}:record:${line.slice(0, 300)}`]) }]
}

/** Packages and flaws of what the hub has, each flaw counted once for each package. */
function flawFigures(flawed: readonly FlawedPackage[]): Figure[] {
  const counting = flawed
    .map(({ versions }) => versions.filter(({ of: { counts } }) => counts))
    .filter((versions) => versions.length > 0)
  const flaws = counting.flatMap((versions) => [
    ...new Map(versions.flatMap(({ flaws: all }) => all.map((flaw) => [flaw.id, flaw] as const))).values(),
  ])
  return [
    figure('dependencies.vulnerable', counting.length, 'count'),
    ...severities.map((severity) =>
      figure(
        'dependencies.flaws',
        flaws.filter((flaw) => flaw.severity === severity).length,
        'count',
        severity,
      ),
    ),
  ]
}
