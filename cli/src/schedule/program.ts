import { spawn } from 'node:child_process'
import { codeOf, HubkeeperError, messageOf } from '@hubkeeper/core'

/** How a program of this machine ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/**
 * Runs a program of this machine, with its messages in English; null when there is none that this user may
 * run. With `latin1`, what it reads and prints has a character for each byte.
 *
 * @throws HubkeeperError when it cannot be run although it is there
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  input = '',
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<Ended | null> {
  const child = spawn(name, args, { env: { ...process.env, LC_ALL: 'C' } })
  const output = { out: '', err: '' }
  child.stdout.setEncoding(encoding).on('data', (text: string) => {
    output.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text
  })
  // A program that ends without reading says why by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input, encoding)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve)
    })
    return { code, ...output }
  } catch (error) {
    const code = codeOf(error)
    // A directory of the PATH that may not be searched makes the one out of the other.
    if (code === 'ENOENT' || code === 'EACCES') return null
    throw new HubkeeperError('io', `${name} cannot be run: ${messageOf(error)}`, {
      hint: 'see whether it runs in a shell',
      cause: error,
    })
  }
}
