import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { type AdvisoryFile, type AdvisoryFiles, decodeText, type FileContent } from '@hubkeeper/audit'
import { codeOf, formatBytes, mebibytes, messageOf } from '@hubkeeper/core'

/** No file of requirements, and hardly a lock file, is larger. */
const maxBytes = mebibytes(32)

/** The key by which a file is known while it is read: its absolute path. */
export const keyOfFile = (path: string): string => resolve(path).split(sep).join('/')

/** A key as people write it in this directory. */
export function shownFile(key: string, directory: string): string {
  const path = relative(directory, key).split(sep).join('/')
  return path === '' || path.startsWith('../') ? key : path
}

/** Text of a file of requirements, or why it cannot be read. */
export async function readTextFile(key: string): Promise<FileContent> {
  try {
    const found = await stat(key)
    // A line may name a device or a pipe, which never ends.
    if (!found.isFile()) return { reason: 'it is no file' }
    if (found.size > maxBytes) return { reason: `it is larger than ${formatBytes(maxBytes)}` }
    return { text: decodeText(await readFile(key)).text }
  } catch (error) {
    return { reason: codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error) }
  }
}

/** A directory with advisories, or a file or archive of them. */
export const advisoryFilesAt = (path: string): AdvisoryFiles => ({
  source: path,
  async *files() {
    const found = await stat(path).catch(ignoreMissing)
    // Whoever reads them says that there is nothing.
    if (found === null) return
    if (found.isFile()) yield fileAt(path, found)
    // A pipe would be waited for.
    if (found.isDirectory()) {
      const entries = await readdir(path, { recursive: true, withFileTypes: true })
      const paths = entries
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .map(({ name, parentPath }) => join(parentPath, name))
      for (const each of paths.sort()) {
        // A link to a file is one, as in the volumes of containers; one to a directory may go around in a circle.
        const target = await stat(each).catch(ignoreMissing)
        if (target === null)
          yield { ...fileAt(each, { mtime: new Date(0), size: 0 }), broken: 'it leads nowhere' }
        else if (target.isFile()) yield fileAt(each, target)
      }
    }
  },
})

function ignoreMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return null
  throw error
}

const fileAt = (
  path: string,
  { mtime, size }: { readonly mtime: Date; readonly size: number },
): AdvisoryFile => ({
  name: path,
  bytes: size,
  modifiedAt: mtime,
  async read(start, end) {
    const handle = await open(path)
    try {
      const buffer = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  },
})
