import {
  type CodeFinding,
  fingerprintOf,
  plainLine,
  readScan,
  type ScanReading,
  type UnreadPart,
  withoutSecrets,
} from '@hubkeeper/audit'
import { finding, type ScanEnd, type ScannerName } from '@hubkeeper/core'
import { ageOf, publishedAt } from './age.ts'
import type { SecurityContext } from './context.ts'
import { countsOf, issueOf, type ScanCheck } from './flaws.ts'
import { allOf, type Look, nothing, scopeOf } from './look.ts'

/** Which scanners look at what, in their order. */
const scanners: readonly (readonly [ScannerName, ScanCheck])[] = [
  ['bandit', 'code.findings'],
  ['pip-audit', 'code.findings'],
  ['trivy-fs', 'code.findings'],
  ['trivy-image', 'image.findings'],
  ['ecr', 'image.findings'],
]

/** Runs one scanner after the other over the hub's code and image. */
export async function scanCode(context: SecurityContext): Promise<Look> {
  const looks: Look[] = []
  for (const [scanner, check] of scanners) {
    context.progress.step(`Scanning with ${scanner}`)
    looks.push(await lookThrough(context, scanner, check, await context.scanners.run(scanner)))
  }
  return allOf(looks)
}

async function lookThrough(
  { at, hub, releases }: SecurityContext,
  scanner: ScannerName,
  check: ScanCheck,
  end: ScanEnd,
): Promise<Look> {
  switch (end.state) {
    case 'not-configured':
      return { ...nothing, findings: [finding(check, 'skipped', { subject: scanner, actual: end.reason })] }
    case 'missing':
      return blind(scanner, check, end.reason)
    case 'failed':
      return blind(scanner, check, end.reason, end.output)
    case 'done': {
      const reading = readScan(scanner, end.output)
      if (reading.state === 'failed') return blind(scanner, check, reading.reason, end.remarks)
      const databaseAt = end.databaseAt ?? reading.databaseAt
      const builtAt = end.builtAt ?? (await publishedAt(releases, scanner, end.version))
      const age = ageOf(scanner, { builtAt, databaseAt }, at, hub.audit.scanners)
      return allOf([await found(scanner, check, end, reading), age])
    }
  }
}

/** A scanner that did not look: nothing is known, and that alerts every time. */
async function blind(
  scanner: ScannerName,
  check: ScanCheck,
  reason: string,
  output: readonly string[] = [],
): Promise<Look> {
  const [actual = '', ...evidence] = await shown([reason, ...output], 500)
  return {
    ...nothing,
    findings: [
      finding(check, 'unknown', {
        subject: scanner,
        expected: 'a scan',
        actual,
        evidence,
        advice: 'let it run, or take out of hubkeeper.json what it is to look at',
      }),
    ],
    blind: [scopeOf({ check, tool: scanner })],
    runs: [{ tool: scanner, version: null, failure: actual, unread: [] }],
  }
}

/** What a scanner says, as it may be shown: it quotes what it looks at, and secrets may stand there. */
const shown = async (lines: readonly string[], max?: number): Promise<readonly string[]> =>
  (await withoutSecrets(lines)).map((line) => plainLine(line, max))

/** Places that a finding names; the documents beside the report have them all. */
const named = 20

async function found(
  scanner: ScannerName,
  check: ScanCheck,
  { unread = [], version }: Extract<ScanEnd, { state: 'done' }>,
  reading: Extract<ScanReading, { state: 'read' }>,
): Promise<Look> {
  const { leftOut } = reading
  const parts: readonly UnreadPart[] = [
    ...reading.unread,
    ...unread.map(({ place, reason }) => ({ place, words: `${place}: ${reason}` })),
    ...(leftOut === 0 ? [] : [{ place: null, words: `${leftOut} more findings were left out` }]),
  ]
  const gaps = await shown(parts.map(({ words }) => words))
  const findings = await withMessagesShown(reading.findings)
  const told = {
    subject: scanner,
    actual: countsOf(findings),
    evidence: [
      ...(version === null ? [] : [`version ${plainLine(version, 50)}`]),
      ...gaps.slice(0, named),
      ...(gaps.length > named
        ? [`and ${gaps.length - named} more: see findings.json beside the report`]
        : []),
    ],
  }
  const scope = scopeOf({ check, tool: scanner })
  const summary: Pick<Look, 'findings' | 'once' | 'partial'> =
    gaps.length === 0
      ? {
          // That it looked is well; what it found is told for itself.
          findings: [finding(check, 'ok', { ...told, actual: `it looked at everything; ${told.actual}` })],
          once: [],
          partial: [],
        }
      : {
          findings: [],
          // The same gaps from month to month are told once.
          once: [
            {
              finding: finding(check, 'unknown', {
                ...told,
                actual: `${told.actual}; ${gaps.length} ${gaps.length === 1 ? 'thing' : 'things'} could not be looked at`,
                advice: 'see the evidence: what the scanner could not read, it found nothing in',
              }),
              about: [[`${scope}:${fingerprintOf(...placesOf(parts, gaps).sort())}`]],
            },
          ],
          partial: parts.map(({ place }) => ({ scope, place })),
        }
  return {
    ...nothing,
    ...summary,
    issues: findings.map((each) => issueOf(check, each)),
    runs: [{ tool: scanner, version, failure: null, unread: gaps }],
  }
}

/** What makes the gaps of one month the same as those of another: how many findings were left out does not. */
const placesOf = (parts: readonly UnreadPart[], gaps: readonly string[]): string[] =>
  parts.map(({ place }, i) => place ?? (gaps[i] ?? '').replace(/^\d+ /, ''))

async function withMessagesShown(findings: readonly CodeFinding[]): Promise<readonly CodeFinding[]> {
  const messages = await shown(findings.map(({ message }) => message))
  return findings.map((each, i) => ({ ...each, message: messages[i] ?? '' }))
}
