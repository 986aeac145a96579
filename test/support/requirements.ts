import {
  decodeText,
  type FileContent,
  type MarkerEnvironment,
  type RequirementSet,
  readRequirements,
} from '@hubkeeper/audit'

/** CPython 3.11 on Linux. */
export const usualEnvironment: MarkerEnvironment = { python: '3.11', platform: 'linux' }

/** Reads files that a test names with what is in them; from the first one on, or from those that are named. */
export function requirementsIn(
  files: Readonly<Record<string, string | Uint8Array>>,
  keys: readonly string[] = Object.keys(files).slice(0, 1),
  environment: MarkerEnvironment = usualEnvironment,
): Promise<RequirementSet> {
  return readRequirements({
    keys,
    environment,
    async read(key): Promise<FileContent> {
      const content = Object.hasOwn(files, key) ? files[key] : undefined
      if (content === undefined) return { reason: 'there is no such file' }
      return typeof content === 'string' ? { text: content } : decodeText(content)
    },
  })
}

/** What a file asks for, and nothing of it is invalid. */
export async function askedIn(text: string, environment = usualEnvironment) {
  const { invalid, requirements, unreadable } = await requirementsIn(
    { 'requirements.txt': text },
    ['requirements.txt'],
    environment,
  )
  if (invalid.length > 0 || unreadable.length > 0) throw new Error(JSON.stringify([invalid, unreadable]))
  return requirements
}
