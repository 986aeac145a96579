import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Finding, type Report, runSchema } from '@hubkeeper/core'

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
  /** The finding of a check, and of a subject where one is named. @throws Error when there is none */
  finding(check: string, subject?: string): Finding
}

/** Runs one task or command with `--json`, and reads its report by the schema. */
export async function runTask(directory: string, args: readonly string[]): Promise<RunResult> {
  const { code, err, out } = await hubkeeper(directory, [...args, '--json'])
  const parsed = runSchema.safeParse(parse(out))
  const report = parsed.data?.reports[0]
  if (report === undefined)
    throw new Error(`no report from ${args.join(' ')} (code ${code}):\n${out}\n${err}`)
  return {
    code,
    report,
    finding(check, subject) {
      const found = report.findings.find(
        (candidate) => candidate.check === check && (subject === undefined || candidate.subject === subject),
      )
      if (found === undefined) {
        throw new Error(
          `no finding ${check} ${subject ?? ''} among ${JSON.stringify(report.findings, null, 1)}`,
        )
      }
      return found
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
