import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryPrefix } from './keys.ts'

const encoder = new TextEncoder()

/** Keys in the order of their UTF-8 bytes, as S3 lists them. */
const byBytes = (a: string, b: string): number => Buffer.compare(encoder.encode(a), encoder.encode(b))

/**
 * The keys of the files below `root` that start with `prefix` and come after `after`, in the order of
 * their bytes, read lazily. Symbolic links are not followed and not listed.
 */
export function* keysUnder(root: string, prefix: string, after: string): Generator<string> {
  const cut = prefix.lastIndexOf('/') + 1
  yield* walk(root, prefix.slice(0, cut), prefix, after)
}

function* walk(root: string, folder: string, prefix: string, after: string): Generator<string> {
  const entries = readFolder(join(root, folder))
    .filter((entry) => !entry.name.startsWith(temporaryPrefix) && (entry.isFile() || entry.isDirectory()))
    .map((entry) => ({
      key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`,
      file: entry.isFile(),
    }))
    .filter(({ key }) => key.startsWith(prefix) || prefix.startsWith(key))
    .sort((a, b) => byBytes(a.key, b.key))
  for (const { file, key } of entries) {
    if (file) {
      if (after === '' || byBytes(key, after) > 0) yield key
    } else if (after === '' || after.startsWith(key) || byBytes(key, after) > 0) {
      yield* walk(root, key, prefix, after)
    }
  }
}

/** A folder that is not there has nothing in it. */
function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
