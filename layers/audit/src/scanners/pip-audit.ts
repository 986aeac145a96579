import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import type { ScanReading } from './code-finding.ts'
import { type DraftFinding, fingerprinted } from './fingerprint.ts'
import {
  anywhere,
  idsOf,
  notUnderstood,
  optionalList,
  optionalText,
  plainName,
  readEach,
  unreadAt,
} from './texts.ts'

const dependencySchema = z.object({
  name: z.string(),
  version: z.string(),
  vulns: z.array(z.unknown()),
})

const skippedSchema = z.object({ name: z.string(), skip_reason: z.string() })

const vulnerabilitySchema = z.object({
  id: z.string().min(1),
  fix_versions: z.array(z.string()).nullish().catch(undefined),
  aliases: z.array(z.string()).nullish().catch(undefined),
  description: optionalText,
})

/** What is now, with `fixes` beside it, and the bare list of the first releases. */
const schema = z.union([
  z.object({ dependencies: z.array(z.unknown()), fixes: optionalList }),
  z.array(z.unknown()),
])

type Dependency = z.infer<typeof dependencySchema>
type Vulnerability = z.infer<typeof vulnerabilitySchema>

/** Reads what `pip-audit -f json` prints (pip_audit/_format/json.py). It rates nothing: every severity is unknown. */
export function readPipAudit(value: unknown): ScanReading {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return { state: 'failed', reason: 'its JSON has no list of dependencies' }
  const entries = Array.isArray(parsed.data) ? parsed.data : parsed.data.dependencies
  const { read, wrong } = readEach(entries, z.union([dependencySchema, skippedSchema]))
  const dependencies = read.filter((entry) => 'vulns' in entry)
  const skipped = read.filter((entry) => 'skip_reason' in entry)
  const vulns = dependencies.map((dependency) => ({
    dependency,
    ...readEach(dependency.vulns, vulnerabilitySchema),
  }))
  return {
    state: 'read',
    ...fingerprinted(vulns.flatMap(({ dependency, read }) => read.map((vuln) => draftOf(dependency, vuln)))),
    unread: [
      ...skipped.map(({ name, skip_reason }) => unreadAt(plainName(name), skip_reason)),
      ...notUnderstood(wrong, 'record'),
      ...(entries.length === 0 ? [anywhere('it found no package to look at')] : []),
      ...notUnderstood(
        vulns.reduce((sum, { wrong }) => sum + wrong, 0),
        'flaw',
      ),
    ],
    databaseAt: null,
  }
}

/** As PEP 503 compares names. */
const normalized = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase()

function draftOf(
  { name, version }: Dependency,
  { aliases, description, fix_versions, id }: Vulnerability,
): DraftFinding {
  const ids = idsOf([id, ...(aliases ?? [])])
  const fixVersions = (fix_versions ?? []).map(plainName)
  return {
    scanner: 'pip-audit',
    ...ids,
    severity: 'unknown',
    message: plainLine(description ?? `${name} ${version} has a known flaw: ${id}`),
    location: null,
    package: { name: plainName(name), version: plainName(version) },
    url: null,
    fixVersions,
    identity: [plainName(normalized(name))],
  }
}
