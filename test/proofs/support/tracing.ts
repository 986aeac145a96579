import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const program = join(import.meta.dirname, '../../../cli/bin/hubkeeper.cjs')

/** Whether `strace` is there and may look at processes. */
export const canTrace = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0

/** A system call that makes something durable, or gives a file its name. */
export type Traced =
  | { readonly call: 'sync'; readonly path: string }
  | { readonly call: 'rename'; readonly from: string; readonly to: string }

/** The calls of a run of the real command and of its processes, in order. @throws Error when it fails */
export async function traced(directory: string, args: readonly string[]): Promise<Traced[]> {
  const log = join(directory, '../trace.txt')
  const calls = 'trace=fsync,fdatasync,rename,renameat,renameat2'
  const command = [process.execPath, '--no-warnings', program, ...args]
  await promisify(execFile)('strace', ['-f', '-y', '-qq', '-e', calls, '-o', log, ...command], {
    cwd: directory,
  })
  return readFileSync(log, 'utf8').split('\n').flatMap(parse)
}

function parse(line: string): Traced[] {
  const synced = /f(?:data)?sync\(\d+<([^>]+)>/.exec(line)?.[1]
  if (synced !== undefined) return [{ call: 'sync', path: synced }]
  const renamed = /rename\w*\(.*?"([^"]+)".*?"([^"]+)"/.exec(line)
  const [, from, to] = renamed ?? []
  return from === undefined || to === undefined ? [] : [{ call: 'rename', from, to }]
}

/** What is wrong with the order: a file was named before it was durable, or its name never became so. */
export function disorderOf(calls: readonly Traced[]): string[] {
  const durable = new Set<string>()
  const problems: string[] = []
  for (const [index, traced] of calls.entries()) {
    if (traced.call === 'sync') {
      durable.add(traced.path)
      continue
    }
    const { from, to } = traced
    if (!durable.has(from)) problems.push(`${to} got its name before ${from} was synced`)
    durable.add(to)
    const folder = dirname(to)
    // The next name may only be given when this one is safe: a manifest must not outlive its copy.
    const next = calls
      .slice(index + 1)
      .findIndex((later) => later.call === 'rename' && !isTemporary(later.to))
    const until = next < 0 ? calls.length : index + 1 + next
    const safe = calls.slice(index + 1, until).some((later) => later.call === 'sync' && later.path === folder)
    if (!safe && !isTemporary(to)) problems.push(`${folder} was not synced after ${to} got its name`)
  }
  return problems
}

const isTemporary = (path: string): boolean => path.includes('/.hubkeeper-tmp-')
