import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Report, runSchema } from '@hubkeeper/core'
import { type FindFinding, findingIn } from './findings.ts'

const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the real command in a directory. */
export async function hubkeeper(
  directory: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CommandResult> {
  const env = { ...process.env, ...options.env }
  delete env.HUBKEEPER_CONFIG
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
  const child = spawn(process.execPath, [program, ...args], { cwd: directory, env, ...identity })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.end()
  await once(child, 'close')
  return { code: child.exitCode, out, err }
}

/** A run with its exit code. */
export interface RunResult {
  readonly code: number | null
  readonly report: Report
  readonly finding: FindFinding
}

/** Runs one task or command with `--json`, and reads its report by the schema. */
export async function runTask(directory: string, args: readonly string[]): Promise<RunResult> {
  const { code, err, out } = await hubkeeper(directory, [...args, '--json'])
  const parsed = runSchema.safeParse(parse(out))
  const report = parsed.data?.reports[0]
  if (report === undefined)
    throw new Error(`no report from ${args.join(' ')} (code ${code}):\n${out}\n${err}`)
  return { code, report, finding: findingIn(report.findings) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
