import { type ComparedIssue, type Issue, type IssueChange, severities } from '@hubkeeper/audit'
import { checkIds, scannerNames, type TaskMemory } from '@hubkeeper/core'
import * as z from 'zod'
import { normalized } from './accept.ts'
import { type Gap, type Look, scopeOf } from './look.ts'

/** Issues that are remembered, the worst first; milder ones beyond that are new every time. */
const maxRemembered = 10_000

const issueSchema = z.object({
  tool: z.enum([...scannerNames, 'hubkeeper']),
  check: z.enum(checkIds()),
  rule: z.string(),
  aliases: z.array(z.string()),
  severity: z.enum(severities),
  message: z.string(),
  location: z.object({ path: z.string(), line: z.number().nullable() }).nullable(),
  package: z.object({ name: z.string(), version: z.string() }).nullable(),
  url: z.string().nullable(),
  fixVersions: z.array(z.string()),
  fingerprint: z.string(),
})

const snapshotSchema = z.object({
  run: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  score: z.number(),
  issues: z.array(issueSchema),
  /** Fingerprints of those that were accepted then. */
  accepted: z.array(z.string()).default([]),
})

/** What an audit came to, for the next one to compare with. */
export type Snapshot = z.infer<typeof snapshotSchema>

const memorySchema = z.object({
  /** The request that `now` is of: a further attempt of it compares with what was before its first one. */
  slot: z.string(),
  before: snapshotSchema.nullable(),
  now: snapshotSchema,
})

/** Of the audit before this one; null when there was none. */
export async function recallSnapshot(memory: TaskMemory, slot: string): Promise<Snapshot | null> {
  const stored = await memory.recall('issues', memorySchema)
  if (stored === null) return null
  return stored.slot === slot ? stored.before : stored.now
}

/** Keeps what this audit came to, beside what the one before did. */
export async function rememberSnapshot(
  memory: TaskMemory,
  slot: string,
  before: Snapshot | null,
  { issues, ...rest }: Omit<Snapshot, 'issues'> & { readonly issues: readonly Issue[] },
): Promise<void> {
  const sorted = issues.toSorted((one, other) => rank(one) - rank(other))
  await memory.remember('issues', { slot, before, now: { ...rest, issues: sorted.slice(0, maxRemembered) } })
}

const rank = ({ severity }: Issue): number => severities.indexOf(severity)

/** Issues as they are now, beside those of the last time. */
export interface Comparison {
  /** Those that are there, each once, with what changed. */
  readonly present: readonly Omit<ComparedIssue, 'accepted'>[]
  /** Those that are mended. */
  readonly absent: readonly Issue[]
  /** Those that nobody could look for: they are taken to be there still. */
  readonly carried: readonly Issue[]
}

/** What changed since the last time. */
export function compare(before: Snapshot | null, { blind, issues, partial, runs }: Look): Comparison {
  const known = new Map((before?.issues ?? []).map((issue) => [issue.fingerprint, issue]))
  const now = new Map(issues.map(({ issue }) => [issue.fingerprint, issue]))
  const gone = [...known.values()].filter(({ fingerprint }) => !now.has(fingerprint))
  // Of a scanner that is not configured any more nobody knows anything.
  const looked = new Set<string>(['hubkeeper', ...runs.map(({ tool }) => tool)])
  const unseen = (issue: Issue): boolean =>
    blind.includes(scopeOf(issue)) || partial.some((gap) => isWithin(issue, gap))
  return {
    present: [...now.values()].map((issue) => ({
      issue,
      change: changeOf(issue, known.get(issue.fingerprint)),
    })),
    absent: gone.filter((issue) => looked.has(issue.tool) && !unseen(issue)),
    carried: gone.filter(unseen),
  }
}

/** Whether an issue lies where nobody could look. */
function isWithin(issue: Issue, { place, scope }: Gap): boolean {
  if (scope !== scopeOf(issue)) return false
  if (place === null || place === '' || place === '.') return true
  const folder = place.endsWith('/') ? place : `${place}/`
  const { location, message, package: about } = issue
  return (
    location?.path === place ||
    (location?.path.startsWith(folder) ?? false) ||
    (about !== null && normalized(about.name) === normalized(place)) ||
    // Those of Hubkeeper's own begin with what they are about.
    (issue.tool === 'hubkeeper' && ` ${message}`.includes(` ${place}: `))
  )
}

function changeOf(issue: Issue, known: Issue | undefined): IssueChange {
  if (known === undefined) return 'new'
  return rank(issue) < rank(known) ? 'updated' : 'unchanged'
}
