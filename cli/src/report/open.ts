import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

/** A browser that stays in the foreground has taken the file by then, ms. */
const patience = 3000

/** What opens a file with the program that its owner reads such files with. */
function opener(path: string): readonly [string, ...string[]] | null {
  switch (process.platform) {
    case 'darwin':
      return ['open', path]
    case 'win32':
      // Not `start`: it is a command of the shell, which would read the path as well.
      return ['rundll32', 'url.dll,FileProtocolHandler', path]
    default:
      return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open', path] : null
  }
}

/** Opens a file for the one who sits here. @returns null, or why it was not opened */
export async function openFile(path: string): Promise<string | null> {
  const command = opener(path)
  if (command === null) return 'there is no screen here'
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`${program} cannot be run: ${error.message}`))
    child.once('exit', (code) => resolve(code === 0 ? null : `${program} ended with ${code ?? 'a signal'}`))
  })
  child.unref()
  const waiting = new AbortController()
  try {
    return await Promise.race([ended, setTimeout(patience, null, { signal: waiting.signal })])
  } finally {
    waiting.abort()
  }
}
