import { open } from 'node:fs/promises'
import { codeOf, type HubFiles, ioError } from '@hubkeeper/core'
import { pathOf } from './keys.ts'
import { matchFiles } from './match.ts'

/** Files of the hub under its directory. */
export function hubFiles({ root }: { readonly root: string }): HubFiles {
  return {
    match: (patterns) => matchFiles(root, patterns),
    async read(key, maxBytes) {
      const path = pathOf(root, key)
      try {
        await using handle = await open(path)
        const buffer = Buffer.alloc(maxBytes)
        const { bytesRead } = await handle.read(buffer, 0, maxBytes, 0)
        return buffer.subarray(0, bytesRead)
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null
        throw ioError(error, path, 'cannot read')
      }
    },
  }
}
