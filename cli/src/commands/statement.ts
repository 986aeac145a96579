import { UsageError } from '@hubkeeper/core'
import type * as z from 'zod'
import type { CommonOptions } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Who says something and why, as it can be recorded. @throws UsageError that names the option */
export function statementOf<T>(schema: z.ZodType<T>, value: object): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ message, path }) => `--${path.join('.')}: ${message}`)
  throw new UsageError(problems.join('; '), { hint: 'say in a sentence why, and who says so' })
}

/** Shows what was recorded: `value` to programs, `lines` to people. */
export function showStatement(
  terminal: Terminal,
  { json }: CommonOptions,
  value: object,
  lines: readonly string[],
): void {
  terminal.out(json ? JSON.stringify({ schema: 1, ...value }, null, 2) : lines.join('\n'))
}
