import { type CommandEnd, codeOf, mebibytes, messageOf, onOneLine } from '@hubkeeper/core'
import { runScan, type ScanProcessEnd, withoutCredentials } from './scan-process.ts'

/** Of our own environment what installing packages takes: where programs are, how people write, how the index is reached. */
const inherited =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|(HTTPS?|NO|ALL)_PROXY|PIP_\w+|UV_\w+|npm_config_\w+)$/i

/** The last lines that are kept of what it prints, and characters of one. */
const kept = { lines: 20, characters: 300 } as const

/**
 * Runs a configured command in the hub's directory, without a shell and with little of our environment. One that
 * cannot be run ends with code 127, as in a shell.
 *
 * @param timeout ms; then it is killed with everything that it started
 */
export async function runInstall(
  command: readonly string[],
  directory: string,
  timeout: number,
): Promise<CommandEnd> {
  const begun = performance.now()
  // What is killed for what it prints leaves an installation half done.
  const end = await runScan({
    command,
    directory,
    environment: environment(),
    timeout,
    maxBytes: mebibytes(1),
    excess: 'forgotten',
  }).catch(refused)
  const seconds = (performance.now() - begun) / 1000
  if (end.kind === 'not-run') return { code: 127, seconds, output: [end.reason] }
  if (end.kind === 'broken') return { code: null, seconds, output: [...end.remarks, end.reason] }
  return { code: end.code, seconds, output: [...linesOf(end.output), ...end.remarks].slice(-kept.lines) }
}

/** Arguments that no program takes, or no room for one. */
function refused(error: unknown): Extract<ScanProcessEnd, { kind: 'not-run' }> {
  if (codeOf(error) === null) throw error
  return { kind: 'not-run', reason: `it cannot be run: ${messageOf(error)}` }
}

const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && inherited.test(name) ? [[name, value]] : [],
    ),
  )

const linesOf = (output: string): string[] =>
  output
    .slice(-kept.lines * kept.characters * 4)
    .split(/[\r\n]+/)
    .map((line) => withoutCredentials(onOneLine(line)).slice(0, kept.characters))
    .filter((line) => line !== '')
