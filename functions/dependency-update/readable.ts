import { type Inventory, plainLine, type RequirementSet, type Tellable } from '@hubkeeper/audit'
import { countOf, type Finding, finding, formatDuration, type Installation } from '@hubkeeper/core'
import { bounded, boundedLines } from './bounded.ts'
import { everyTime } from './context.ts'
import type { ReadPackages } from './read.ts'
import { placeText, subjectOf } from './words.ts'

const check = 'dependencies.readable'

/** How old an inventory may be before it is said, days. */
const inventoryIsOld = 35

/** A finding for each file with lines that could not be read, and for whatever else could not be. */
export function readableFindings(
  { installations, set }: Pick<ReadPackages, 'installations' | 'set'>,
  at: Date,
): Tellable[] {
  const byFile = Map.groupBy(set.invalid, ({ place }) => place.key)
  const troubles = [
    ...[...byFile].map(([key, lines]) => invalidTellable(key, lines)),
    ...set.unreadable.map(({ key, reason }) => ({
      finding: finding(check, 'unknown', { subject: plainLine(key), actual: plainLine(reason) }),
      about: [[`${check}:${key}:unreadable`]],
    })),
    ...installations.filter(({ unreadable }) => unreadable.length > 0).map(installationTellable),
    ...installations.flatMap((installation) => oldInventory(installation, at)),
    ...(installations.length === 0 && asksForPython(set) ? [nothingInstalled()] : []),
  ]
  return [...bounded(check, troubles), ...everyTime(summary(set, installations))]
}

function invalidTellable(key: string, lines: RequirementSet['invalid']): Tellable {
  return {
    finding: finding(check, 'warning', {
      subject: plainLine(key),
      expected: 'requirements',
      actual: `${countOf(lines.length, 'line')} cannot be read; the others are audited`,
      evidence: boundedLines(
        lines.map(({ place, reason, text }) => plainLine(`${placeText(place)}: ${reason}: ${text}`)),
      ),
    }),
    about: lines.map(({ text }) => [`${check}:${key}:${text}`]),
  }
}

const installationTellable = ({ source, unreadable }: Installation): Tellable => ({
  finding: finding(check, 'unknown', {
    subject: plainLine(source),
    actual: 'what is installed cannot be read, or not all of it',
    evidence: boundedLines(unreadable.map((line) => plainLine(line))),
  }),
  about: unreadable.map((line) => [`${check}:${source}:${line}`]),
})

/** What a hub publishes of itself may have been forgotten. */
function oldInventory({ source, writtenAt }: Installation, at: Date): Tellable[] {
  if (writtenAt === null) return []
  const age = at.getTime() - writtenAt.getTime()
  if (age <= inventoryIsOld * 86_400_000) return []
  const told = finding(check, 'warning', {
    subject: plainLine(source),
    expected: `written within ${inventoryIsOld} days`,
    actual: `written ${formatDuration(age)} ago`,
    advice: 'let the hub publish it anew: pip inspect',
  })
  return [{ finding: told, about: [[`${check}:${source}:old`]] }]
}

const asksForPython = ({ requirements }: RequirementSet): boolean =>
  requirements.some(({ applies, constraint, ecosystem }) => applies && !constraint && ecosystem === 'PyPI')

const nothingInstalled = (): Tellable => ({
  finding: finding(check, 'unknown', {
    subject: 'installed',
    actual: 'nothing tells what is installed: the versions that are asked for are audited',
  }),
  about: [[`${check}:installed`]],
})

function summary({ files }: RequirementSet, installations: readonly Installation[]): Finding {
  if (files.length === 0 && installations.length === 0) {
    return finding(check, 'skipped', {
      actual: 'there are no requirements, and nothing tells what is installed',
    })
  }
  const lists = installations.map(
    ({ packages, source }) => `${plainLine(source)}: ${countOf(packages.length, 'package')} installed`,
  )
  return finding(check, 'ok', {
    actual: `${countOf(files.length, 'file')} and ${countOf(installations.length, 'list')} of what is installed were read`,
    evidence: boundedLines([...files.map((file) => plainLine(file)), ...lists]),
  })
}

/** What is asked for without a version, while nothing tells which one is installed. */
export function unversionedFindings({ unversioned }: Inventory): Tellable[] {
  if (unversioned.length === 0) return []
  const names = new Set(unversioned.map(({ ecosystem, normalized }) => `${ecosystem}/${normalized}`))
  const told = finding('dependencies.vulnerable', 'unknown', {
    subject: 'without a version',
    expected: 'a pinned version, or one that is installed',
    actual: `${countOf(names.size, 'package')} cannot be judged`,
    advice: 'pin them, or name the virtual environment as audit.python.environment',
    evidence: boundedLines(
      unversioned.map(
        (each) => `${subjectOf(each)}: ${plainLine(each.asked, 120)}, at ${placeText(each.place)}`,
      ),
    ),
  })
  return [
    { finding: told, about: [...names].map((name) => [`dependencies.vulnerable:${name}:without-version`]) },
  ]
}
