import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { codeOf, HubkeeperError, ioError, type Report, UsageError } from '@hubkeeper/core'

/**
 * Writes a page to a file that only its owner can read, and that was not there; without a name into a new
 * folder of its own among the temporary files.
 *
 * @returns its full path
 * @throws HubkeeperError when there is such a file already, or it cannot be written
 */
export async function writePage(html: string, { run, task }: Report, file: string | null): Promise<string> {
  if (file !== null && !/\.html?$/i.test(file)) {
    throw new UsageError(`${file} is no name of an HTML file`, {
      hint: 'name it something.html; a task or a run goes before --html: hubkeeper report backup --html',
    })
  }
  const path = file === null ? null : resolve(file)
  try {
    const target = path ?? join(await mkdtemp(join(tmpdir(), 'hubkeeper-report-')), `${task}-${run}.html`)
    await writeFile(target, html, { flag: 'wx', mode: 0o600 })
    return target
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || path === null) throw ioError(error, path ?? tmpdir(), 'cannot write')
    throw new HubkeeperError('io', `${path} is there already, and stays as it is`, {
      hint: 'name another file, or delete that one first',
      cause: error,
    })
  }
}
