import { readFile, stat } from 'node:fs/promises'
import { mebibytes, type RestoredData } from '@hubkeeper/core'
import { pathsOf } from '../open-files.ts'
import { names, realPath } from './command.ts'
import { markedProcesses } from './marked.ts'

/** Larger files are content, no configuration, bytes. */
const largest = mebibytes(1)

/**
 * The first restored file that names a place of the real hub, and that place: a hub that follows its restored
 * configuration would go there. Null when there is none. Files that are `content` are not read as configuration.
 */
export async function leadingFile(
  files: RestoredData['files'],
  real: readonly string[],
  isContent: (key: string) => boolean,
): Promise<{ readonly key: string; readonly place: string } | null> {
  for (const { key, path } of files) {
    if (isContent(key) || (await stat(path)).size > largest) continue
    const text = await readFile(path, 'utf8')
    const place = real.find((each) => names(text, each))
    if (place !== undefined) return { key, place }
  }
  return null
}

/**
 * The file of the real hub that a process of a started hub has open; null when none has, as far as this machine
 * tells.
 */
export async function realFileOpenBy(mark: string, database: string): Promise<string | null> {
  const live = realPath(database)
  const own = [live, `${live}-wal`, `${live}-shm`, `${live}-journal`]
  for (const each of await markedProcesses()) {
    if (each.mark !== mark) continue
    const found = (await pathsOf(each.pid)).find((path) => own.includes(path))
    if (found !== undefined) return found
  }
  return null
}
