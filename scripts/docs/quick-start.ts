import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')

/** What the quick start really prints, with paths relative to the project. */
export async function quickStartOutput(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'examples/quick-start.ts')], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 1024 ** 2,
  })
  return stdout.replaceAll(root, '.').trim()
}

/** The output as a fenced block. */
export const quickStartBlock = (output: string): string => ['```', output, '```'].join('\n')

/**
 * The lines of an output without what differs from run to run and from machine to machine: ids,
 * times, sizes, which endpoint was the slowest, and how full this machine is.
 */
export function comparableLines(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => !/disk\.usage|memory\.usage|health-check|tasks in |Disk space|Memory/.test(line))
    .map((line) =>
      line
        // Which endpoint was the slowest.
        .replace(/(API response time [^/]*)\/\S+$/, '$1ENDPOINT')
        .replace(/[0-9a-f]{64}/g, 'DIGEST')
        .replace(/\b01[0-9A-Z]{24}\b/g, 'RUN')
        .replace(/\d{8}T\d{6}Z-\w{6}/g, 'BACKUP')
        .replace(/\d[\d.,:TZ-]*( (ms|s|min|KiB|MiB|bytes))?/g, 'N')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .sort()
}
