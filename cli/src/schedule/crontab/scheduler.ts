import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubkeeperError, ioError } from '@hubkeeper/core'
import type { Machine } from '../machine.ts'
import type { Plan, Scheduler } from '../plan.ts'
import type { Target } from '../target.ts'
import { blockOf, findBlock, replaceBlock } from './block.ts'
import { readCrontab, textOf, writeCrontab } from './crontab.ts'
import { cronLines } from './lines.ts'

/** The crontab of this user, with a line for each cadence. */
export function crontabScheduler(target: Target, machine: Machine): Scheduler {
  const where = `crontab of ${machine.user}`
  const wanted = (): string => blockOf(target.file, cronLines(target, machine.timeZone, new Date()))

  async function read(): Promise<string> {
    const text = await readCrontab()
    if (text !== null) return text
    throw new HubkeeperError('not-available', 'this machine has no crontab program that this user may run', {
      hint: 'install cron, use --systemd, or keep hubkeeper watch running',
    })
  }

  async function planBlock(block: string): Promise<Plan> {
    const before = await read()
    const old = findBlock(before, target.file)
    const after = replaceBlock(before, target.file, block)
    return {
      scheduler: 'crontab',
      where,
      changes: changesBetween(before, old ?? '', block),
      apply: async () => {
        await keepCopy(target.state, before)
        await writeCrontab(after, before)
      },
    }
  }

  return {
    async installed() {
      const text = await readCrontab()
      const block = text === null ? null : findBlock(text, target.file)
      return block === null ? null : { scheduler: 'crontab', where, current: block === wanted() }
    },
    planInstall: () => planBlock(wanted()),
    planUninstall: () => planBlock(''),
  }
}

/** Keeps the crontab as it was, for whoever wants it back. Scheduled commands print into the same directory. */
async function keepCopy(state: string, before: string): Promise<void> {
  const path = join(state, `crontab-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.txt`)
  try {
    await mkdir(state, { recursive: true })
    if (before !== '') await writeFile(path, before, { mode: 0o600, encoding: 'latin1', flush: true })
  } catch (error) {
    throw ioError(error, path, 'cannot keep a copy of the crontab')
  }
}

/** The lines that go and come, and how many stay. */
function changesBetween(before: string, old: string, block: string): string[] {
  if (old === block) return []
  const linesOf = (bytes: string): string[] =>
    textOf(bytes)
      .split('\n')
      .filter((line) => line !== '')
  const [gone, come] = [linesOf(old), linesOf(block)]
  const others = linesOf(before).length - gone.length
  return [
    ...gone.filter((line) => !come.includes(line)).map((line) => `- ${line}`),
    ...come.filter((line) => !gone.includes(line)).map((line) => `+ ${line}`),
    ...(others === 0
      ? []
      : [`  ${others} other ${others === 1 ? 'line stays as it is' : 'lines stay as they are'}`]),
  ]
}
