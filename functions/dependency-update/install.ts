import { plainLine } from '@hubkeeper/audit'
import { type CommandEnd, type Finding, finding, formatDuration, HubkeeperError } from '@hubkeeper/core'
import * as z from 'zod'
import type { AuditContext } from './context.ts'

const check = 'dependencies.applied'
const subject = 'install'

/** Whether files were written from which nothing was installed yet. */
const dueSchema = z.object({ due: z.boolean() })

/** What became of the files. */
interface Written {
  /** Upgrades that were written into files. */
  readonly written: number
  /** Files that could not be written. */
  readonly refusals: number
}

/** What came of installing, and what kept it from being done. */
interface Installed {
  readonly findings: readonly Finding[]
  readonly failure: HubkeeperError | null
}

/** Installs what is asked for once files were written, or where an earlier run wrote some and came no further. */
export interface Installer {
  /** Remembers that a file is about to be written. @throws HubkeeperError */
  expect(): Promise<void>
  settle(outcome: Written): Promise<Installed>
}

/** See {@link Installer}. */
export async function installerOf({
  hub,
  memory,
  packages,
  progress,
}: Pick<AuditContext, 'hub' | 'memory' | 'packages' | 'progress'>): Promise<Installer> {
  const isConfigured = hub.audit.install !== undefined
  // What cannot be recalled cannot be remembered either, which is told before anything is written.
  const recalled = isConfigured ? await memory.recall('install', dueSchema).catch(ifRefused) : null
  const earlier = recalled?.due === true
  let due = earlier
  const note = async (next: boolean): Promise<void> => {
    if (!isConfigured || next === due) return
    await memory.remember('install', { due: next })
    due = next
  }

  async function settle({ refusals, written }: Written): Promise<readonly Finding[]> {
    if (written === 0 && !earlier) {
      await note(false)
      return []
    }
    if (refusals > 0) return [notInstalled('not every file could be written')]
    progress.step('Installing what is asked for')
    const end = await packages.install()
    if (end === null || end.code === 0) await note(false)
    return [installFinding(end)]
  }

  return {
    expect: () => note(true),
    async settle(outcome) {
      try {
        return { findings: await settle(outcome), failure: null }
      } catch (error) {
        // What was written is reported all the same.
        const failure = error instanceof HubkeeperError ? error : null
        if (failure === null) throw error
        return { findings: [notInstalled(plainLine(failure.message))], failure }
      }
    },
  }
}

function ifRefused(error: unknown): null {
  if (error instanceof HubkeeperError) return null
  throw error
}

/** Files that disagree are not installed from. */
const notInstalled = (reason: string): Finding =>
  finding(check, 'warning', {
    subject,
    expected: 'what is asked for is installed',
    actual: `nothing was installed: ${reason}`,
  })

function installFinding(end: CommandEnd | null): Finding {
  if (end === null) {
    const actual = 'nothing was installed: no command for it is configured, or none can run from here'
    return finding(check, 'skipped', { subject, actual })
  }
  const { code, output, seconds } = end
  const took = formatDuration(seconds * 1000)
  if (code === 0) return finding(check, 'ok', { subject, actual: `installed in ${took}` })
  return finding(check, 'critical', {
    subject,
    expected: 'exit code 0',
    actual:
      code === null ? `ended by a signal or its time limit after ${took}` : `exit code ${code} after ${took}`,
    evidence: output.map((line) => plainLine(line)),
  })
}
