import { select, text } from '@clack/prompts'
import { formatBytes, UsageError } from '@hubkeeper/core'
import type { Discovery } from './discovery.ts'
import type { Choices } from './proposal.ts'

/** An answer, or the end of it all. @throws UsageError when it was cancelled */
function answered<T extends string>(answer: T | symbol): T {
  if (typeof answer !== 'symbol') return answer
  throw new UsageError('cancelled', { hint: 'nothing was written' })
}

/** Asks a person what was not said on the command line. */
export async function askChoices(discovery: Discovery, given: Choices): Promise<Choices> {
  const output = process.stderr
  const { databases, port } = discovery
  const database =
    given.database ??
    (databases.length > 1
      ? answered(
          await select({
            message: 'Which database shall be kept?',
            options: databases.map(({ bytes, key }) => ({
              value: key,
              label: key,
              hint: formatBytes(bytes),
            })),
            output,
          }),
        )
      : null)
  const authority =
    given.authority ??
    answered<'server' | 'offline'>(
      await select({
        message: 'Does a server have it open?',
        options: [
          { value: 'server' as const, label: 'yes, or sometimes', hint: 'always treated as live' },
          { value: 'offline' as const, label: 'no, never', hint: 'may be replaced by a compacted copy' },
        ],
        output,
      }),
    )
  const baseUrl =
    given.baseUrl ??
    answered(
      await text({
        message: 'Where does its API listen?',
        initialValue: `http://127.0.0.1:${port?.number ?? 8000}`,
        validate: (value) => (URL.canParse(value ?? '') ? undefined : 'not a URL'),
        output,
      }),
    )
  return { ...given, database, authority, baseUrl }
}
