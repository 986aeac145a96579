import {
  fingerprintOf,
  type Issue,
  newSalt,
  plainLine,
  type SecretFinding,
  searchSecrets,
  secretFingerprint,
} from '@hubkeeper/audit'
import { type Finding, finding, type UnsearchedText } from '@hubkeeper/core'
import * as z from 'zod'
import type { SecurityContext } from './context.ts'
import { allOf, attempt, type FoundIssue, type Look, lookOf, nothing, scopeOf } from './look.ts'

const check = 'secrets.exposed'

/** Searches configuration, logs and environments for secrets that stand there for everybody to read. */
export async function findSecrets(context: SecurityContext): Promise<Look> {
  const { progress, secrets } = context
  progress.step('Searching configuration, environments and logs for secrets')
  return attempt(check, async () => {
    const fingerprint = secretFingerprint(await saltOf(context))
    const { findings, omitted, places, unsearched } = await searchSecrets(secrets.texts(), { fingerprint })
    const issues = [...Map.groupBy(findings, identityOf).entries()].flatMap(([identity, same]) =>
      issueOf(identity, same),
    )
    const look: Look = { ...nothing, issues }
    return allOf([
      look,
      ...unsearched.map((text) => lookOf(unsearchedFinding(text), { place: unsearchedPlace(text) })),
      ...(omitted === 0 ? [] : [lookOf(tooMany(omitted), { place: null })]),
      ...(findings.length === 0 && unsearched.every(({ leftOut }) => leftOut) ? [lookOf(clean(places))] : []),
    ])
  })
}

const saltSchema = z.object({ salt: z.string().regex(/^[0-9a-f]{64}$/) })

/** One that only this hub knows, and keeps: fingerprints of secrets are compared from month to month. */
async function saltOf({ dryRun, memory }: SecurityContext): Promise<string> {
  const kept = await memory.recall('salt', saltSchema)
  if (kept !== null) return kept.salt
  const salt = newSalt()
  if (!dryRun) await memory.remember('salt', { salt })
  return salt
}

/** Logs are rotated: in another file of them it is the same secret. */
const identityOf = ({ fingerprint, kind, place, rule }: SecretFinding): string =>
  fingerprintOf(scopeOf({ check, tool: 'hubkeeper' }), rule, kind, kind === 'log' ? null : place, fingerprint)

function issueOf(identity: string, same: readonly SecretFinding[]): FoundIssue[] {
  const [first] = same
  if (first === undefined) return []
  const { kind, line, name, rule } = first
  const place = plainLine(first.place, 500)
  const others = new Set(same.map((each) => each.place)).size - 1
  const places = others === 0 ? '' : `, and in ${others} more ${others === 1 ? 'file' : 'files'}`
  const called = name === null ? 'a secret' : plainLine(name, 100)
  const words = `${called} in plain text (${plainLine(rule, 100)})`
  const issue: Issue = {
    tool: 'hubkeeper',
    check,
    rule: `${check}/${plainLine(rule, 100)}`,
    aliases: [plainLine(rule, 100)],
    severity: 'critical',
    message: `${place}: ${words}${places}`,
    location: kind === 'environment' ? null : { path: place, line },
    package: null,
    url: null,
    fixVersions: [],
    fingerprint: identity,
  }
  const count = same.reduce((sum, each) => sum + each.count, 0)
  const tell = (isNew: boolean): Finding =>
    finding(check, isNew ? 'critical' : 'warning', {
      subject: place,
      expected: 'no secret',
      actual: `${kind === 'environment' ? 'in its environment' : `line ${line}`}: ${words}${places}`,
      evidence: count === 1 ? [] : [`${count} times`],
    })
  return [{ issue, tell }]
}

const unsearchedFinding = ({ leftOut, place, reason }: UnsearchedText): Finding => {
  const details = { subject: plainLine(place, 500), actual: plainLine(reason) }
  if (leftOut) return finding(check, 'skipped', details)
  const advice = 'let Hubkeeper read it, or take it out of audit.secrets'
  return finding(check, 'unknown', { ...details, advice })
}

/** Null where the files could not even be listed. */
const unsearchedPlace = ({ place }: UnsearchedText): string | null =>
  place === 'configuration' || place === 'logs' ? null : plainLine(place, 500)

const tooMany = (omitted: number): Finding =>
  finding(check, 'unknown', {
    subject: 'the rest',
    actual: `there was no room for ${omitted} more`,
    advice: 'mend the ones that are listed, then run this again',
  })

const clean = (places: number): Finding =>
  places === 0
    ? finding(check, 'skipped', {
        actual: 'there was nothing to search: see audit.secrets in hubkeeper.json',
      })
    : finding(check, 'ok', { actual: `none in ${places} ${places === 1 ? 'place' : 'places'}` })
