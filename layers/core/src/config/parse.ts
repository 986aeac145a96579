import type * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { messageOf } from '../units.ts'
import { type Config, configSchema } from './schema.ts'

/**
 * The configuration in `text`, checked.
 *
 * @throws ConfigurationError that names the file, every wrong value by its path, and the fix.
 */
export function parseConfig(text: string, file: string): Config {
  const result = configSchema.safeParse(parseJson(text, file), { reportInput: true })
  if (result.success) return result.data
  const problems = result.error.issues.flatMap(describeIssue)
  throw new ConfigurationError(
    [`${file} cannot be used:`, ...problems.map((line) => `  ${line}`)].join('\n'),
    {
      hint: 'correct these; hubkeeper init --print shows a fresh configuration for comparison',
    },
  )
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigurationError(`${file} is not JSON: ${messageOf(error)}`, {
      hint: 'correct the syntax at that place, or write the file anew with hubkeeper init',
      cause: error,
    })
  }
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('')

/** One line per problem: where it is, and what would be right. */
function describeIssue(issue: z.core.$ZodIssue): string[] {
  const where = pathOf(issue.path) || 'the file'
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeysAt(issue.path)
    return issue.keys.map((key) => `${where}: unknown key "${key}"${suggestion(key, known)}`)
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [`${where}: is missing; expected ${issue.expected}`]
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${where}: ${message}`)
  const seen = issue.input === undefined ? '' : ` (it is ${JSON.stringify(issue.input)?.slice(0, 60)})`
  return [`${where}: ${issue.message.replace(/^Invalid input: /, '')}${seen}`]
}

/** Keys that the schema knows at a path; empty where it takes any. */
function knownKeysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configSchema
  for (const part of path) schema = childOf(unwrap(schema), part)
  const shape = shapeOf(unwrap(schema))
  return shape === null ? [] : Object.keys(shape)
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined

const shapeOf = (schema: unknown): object | null => {
  const shape = fieldOf(schema, 'shape')
  return typeof shape === 'object' && shape !== null ? shape : null
}

/** What a default or optional schema is about. */
function unwrap(schema: unknown): unknown {
  const inner = fieldOf(fieldOf(schema, 'def'), 'innerType')
  return inner === undefined ? schema : unwrap(inner)
}

function childOf(schema: unknown, part: PropertyKey): unknown {
  const shape = shapeOf(schema)
  if (shape !== null) return Reflect.get(shape, part)
  return fieldOf(fieldOf(schema, 'def'), typeof part === 'number' ? 'element' : 'valueType')
}

/** `; did you mean "backups"?` when a known key is close, else the list of known ones. */
function suggestion(key: string, known: readonly string[]): string {
  const close = known.find((candidate) => distance(candidate.toLowerCase(), key.toLowerCase()) <= 2)
  if (close !== undefined) return `; did you mean "${close}"?`
  return known.length > 0 ? `; known are ${known.join(', ')}` : ''
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution))
    }
    row = next
  }
  return row[b.length] ?? 0
}
