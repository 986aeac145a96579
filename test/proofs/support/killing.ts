import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { TestHub } from '../../support/hub.ts'

const program = join(import.meta.dirname, '../../../cli/bin/hubkeeper.cjs')
const steps = join(import.meta.dirname, 'steps.ts')

/** Right before or right after the n-th step, counted from 1. */
interface KillPoint {
  readonly step: number
  readonly when: 'before' | 'after'
}

interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Ends it, and whatever it started, after so many ms. */
  readonly killAfter?: number
  /** Whether what it started ends with it, or is left alone. */
  readonly withChildren: boolean
}

/** Runs the real command; gives its exit code, or null when it was killed. */
async function command(hub: TestHub, args: readonly string[], options: SpawnOptions): Promise<number | null> {
  const env = { ...process.env, ...options.env }
  delete env.HUBKEEPER_CONFIG
  const child = spawn(process.execPath, ['--no-warnings', '--import', steps, program, ...args], {
    cwd: hub.directory,
    stdio: 'ignore',
    detached: true,
    env,
  })
  const { pid } = child
  const ended = once(child, 'exit')
  const timer =
    options.killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), options.killAfter)
  await ended
  if (timer !== null) clearTimeout(timer)
  if (options.withChildren && pid !== undefined) endGroup(pid)
  return child.exitCode
}

/** What a process of ours started, and left behind. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** The steps of an undisturbed run, by name. @throws Error when it does not succeed */
export async function stepsOf(hub: TestHub, args: readonly string[]): Promise<string[]> {
  const log = join(hub.directory, '..', 'steps.json')
  const code = await command(hub, args, { env: { HUBKEEPER_TEST_STEPS: log }, withChildren: false })
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code} undisturbed`)
  return z.array(z.string()).parse(JSON.parse(readFileSync(log, 'utf8')))
}

/** Runs the command and kills it at a point; false when it ended before. */
export async function killedAt(
  hub: TestHub,
  args: readonly string[],
  { step, when }: KillPoint,
): Promise<boolean> {
  const env = { HUBKEEPER_TEST_KILL_AT: String(step), HUBKEEPER_TEST_KILL_WHEN: when }
  // Every other time, what it started outlives it.
  return (await command(hub, args, { env, withChildren: step % 2 === 0 })) === null
}

/** Runs the command and kills it, and all that it started, after a time in ms. */
export const killedAfter = (hub: TestHub, args: readonly string[], ms: number): Promise<number | null> =>
  command(hub, args, { killAfter: ms, withChildren: true })

/** Every point of a run, or as many of them, evenly spread. */
export function pointsOf(names: readonly string[], most: number): KillPoint[] {
  const all = names.flatMap((_, index) => [
    { step: index + 1, when: 'before' as const },
    { step: index + 1, when: 'after' as const },
  ])
  if (all.length <= most) return all
  return Array.from(
    { length: most },
    (_, turn) => all[Math.floor(((turn + 0.5) * all.length) / most)],
  ).filter((point) => point !== undefined)
}

/** What a killed run left that no later one took away; empty when all is as it should be. */
export function leftovers({ database, directory }: TestHub, live: boolean): string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const name = database.slice(directory.length + 1)
  const ours = new DatabaseSync(join(directory, 'state/ledger.db'), { readOnly: true })
  const leases = ours.prepare("SELECT value FROM records WHERE key LIKE '%leases/write'").all()
  ours.close()
  return [
    ...files.filter((file) => /\.hubkeeper-tmp-|state\/scratch\/|\.db-(journal|merged)/.test(file)),
    ...files.filter((file) => !live && file.startsWith(`${name}-`)),
    ...leases.map(({ value }) => `the write lease: ${String(value)}`),
  ]
}
