import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import type { ScanReading } from './code-finding.ts'
import { type DraftFinding, fingerprinted } from './fingerprint.ts'
import {
  anywhere,
  linkOf,
  locationOf,
  notUnderstood,
  optionalList,
  optionalText,
  plainId,
  plainPath,
  readEach,
  severityOf,
  unreadAt,
} from './texts.ts'

const schema = z.object({
  results: z.array(z.unknown()),
  errors: optionalList,
  /** By file, and `_totals`. */
  metrics: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

const resultSchema = z.object({
  filename: z.string(),
  issue_severity: z.string(),
  issue_confidence: optionalText,
  issue_text: z.string(),
  line_number: z.number().optional().catch(undefined),
  line_range: z.array(z.number()).optional().catch(undefined),
  test_id: z.string(),
  code: optionalText,
  more_info: optionalText,
})

const errorSchema = z.object({ filename: z.string(), reason: z.string() })

type Result = z.infer<typeof resultSchema>

/** Reads what `bandit -f json` prints (bandit/formatters/json.py), of 1.6 and later. */
export function readBandit(value: unknown): ScanReading {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return { state: 'failed', reason: 'its JSON has no list of results' }
  const results = readEach(parsed.data.results, resultSchema)
  const errors = readEach(parsed.data.errors ?? [], errorSchema)
  return {
    state: 'read',
    ...fingerprinted(results.read.map(draftOf)),
    unread: [
      ...errors.read.map(({ filename, reason }) => unreadAt(plainPath(filename), reason)),
      ...(sawNothing(parsed.data) ? [anywhere('it found no file of Python to look at')] : []),
      ...notUnderstood(results.wrong, 'result'),
      ...notUnderstood(errors.wrong, 'error'),
    ],
    databaseAt: null,
  }
}

/** Whether it looked at no file at all: what it is given may be closed to it, or hold no Python. */
const sawNothing = ({ errors, metrics, results }: z.infer<typeof schema>): boolean =>
  metrics?._totals !== undefined &&
  Object.keys(metrics).every((file) => file === '_totals') &&
  results.length + (errors?.length ?? 0) === 0

/** Tests for passwords in the code (B105, B106, B107): they quote what they found. */
const quotesSecret = ({ test_id }: Result): boolean => /^B10[567]$/.test(test_id)

function draftOf(result: Result): DraftFinding {
  const { filename, issue_confidence, issue_severity, issue_text, line_number, more_info, test_id } = result
  const said = quotesSecret(result) ? withoutQuoted(issue_text) : issue_text
  const confidence = issue_confidence === undefined ? '' : ` (confidence: ${issue_confidence.toLowerCase()})`
  return {
    scanner: 'bandit',
    rule: plainId(test_id),
    aliases: [],
    severity: severityOf(issue_severity),
    message: plainLine(`${said.trim()}${confidence}`),
    location: locationOf(filename, line_number),
    package: null,
    url: linkOf(more_info),
    fixVersions: [],
    identity: [plainPath(filename), codeOf(result) ?? said],
  }
}

/** From the first quote on: a password may have quotes in it, and nothing of use stands behind it. */
const withoutQuoted = (text: string): string => text.replace(/['"`].*$/s, '(not shown)')

/**
 * The lines that a result is about, without their numbers, and without what is written in quotes: whoever knows a
 * fingerprint must not be able to try passwords on it.
 */
function codeOf({ code, line_number, line_range }: Result): string | null {
  if (code === undefined) return null
  const wanted = new Set(line_range ?? (line_number === undefined ? [] : [line_number]))
  const lines = code.split('\n').flatMap((line) => {
    const [, number, text] = /^(\d+)[ \t](.*)$/.exec(line) ?? []
    return text !== undefined && wanted.has(Number(number)) ? [text.trim()] : []
  })
  return lines.length === 0 ? null : withoutStrings(lines.join('\n'))
}

const withoutStrings = (code: string): string =>
  code.replace(/("""|''')[\s\S]*?(?:\1|$)|(["'])(?:\\.|(?!\2)[^\\\n])*(?:\2|$)/gm, '""').replace(/#.*$/gm, '')
