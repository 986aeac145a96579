import { randomUUID } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigurationError, messageOf } from '@hubkeeper/core'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null)

/** Writes a configuration, whole or not at all. @throws ConfigurationError over one that exists, unless forced */
export async function writeConfig(file: string, text: string, force: boolean): Promise<void> {
  const temporary = join(dirname(file), `.hubkeeper-${randomUUID()}.json`)
  try {
    const handle = await open(temporary, 'wx', 0o644)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // A link refuses to replace, a rename does not.
    if (force) await rename(temporary, file)
    else await link(temporary, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw new ConfigurationError(`${file} exists already`, {
        hint: 'edit it, compare with hubkeeper init --print, or replace it with --force',
        cause: error,
      })
    }
    throw new ConfigurationError(`${file} cannot be written: ${messageOf(error)}`, {
      hint: 'give this user the right to write there, or use --print',
      cause: error,
    })
  } finally {
    await rm(temporary, { force: true })
  }
}
