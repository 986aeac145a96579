import { type CommandEnd, mebibytes, onOneLine } from '@hubkeeper/core'
import { runScan } from './scan-process.ts'

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
  const end = await runScan({
    command,
    directory,
    environment: environment(),
    timeout,
    maxBytes: mebibytes(64),
  })
  const seconds = (performance.now() - begun) / 1000
  if (end.kind === 'not-run') return { code: 127, seconds, output: [end.reason] }
  if (end.kind === 'broken') return { code: null, seconds, output: [...end.remarks, end.reason] }
  return { code: end.code, seconds, output: [...linesOf(end.output), ...end.remarks].slice(-kept.lines) }
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
    .map((line) => onOneLine(line).slice(0, kept.characters))
    .filter((line) => line !== '')
