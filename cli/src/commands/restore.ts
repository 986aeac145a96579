import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { confirm, isCancel } from '@clack/prompts'
import { type Figure, formatBytes, HubkeeperError, messageOf, type Run, UsageError } from '@hubkeeper/core'
import type { Command } from 'commander'
import { chooseBackup } from '../../../functions/restore-backup/choose.ts'
import { restoreBackup } from '../../../functions/restore-backup/task.ts'
import { type ConfiguredHub, chooseHub, loadConfig } from '../config.ts'
import { executeTasks } from '../execute.ts'
import { type RunOptions, withRunOptions } from '../options.ts'
import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'
import { showExecuted } from './run.ts'

interface RestoreOptions extends RunOptions {
  readonly to?: string
  readonly undo?: boolean
  readonly yes?: boolean
}

/** `hubkeeper restore`. */
export function registerRestore(program: Command, terminal: Terminal): void {
  withRunOptions(program.command('restore'))
    .description('put a verified backup in the place of the database, or elsewhere')
    .argument('[backup]', 'an id, latest, or a moment: the newest proven backup at or before it', 'latest')
    .option('--undo', 'put back what the last restore replaced')
    .option('--to <path>', 'write the verified backup there and leave the hub alone')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper restore --dry-run            rows per table, now and in the newest proven backup
  hubkeeper restore latest               the newest proven backup
  hubkeeper restore 2026-11-20           the newest proven one at or before that moment
  hubkeeper restore latest --to /tmp/copy.db
  hubkeeper restore --undo`,
    )
    .action(async (backup: string, options: RestoreOptions) => {
      const hub = chooseHub(await loadConfig(options.config), options.hub)
      if (options.to !== undefined) return restoreElsewhere(terminal, hub, backup, options.to, options)
      const orders = [{ task: restoreBackup, input: { backup, undo: options.undo ?? false } }]
      if (!options.dryRun && !options.yes) {
        const plan = await executeTasks(hub, orders, { ...options, dryRun: true }, terminal)
        if (plan.run.status === 'failed') return showExecuted(terminal, plan, options.json ?? false)
        terminal.err(comparisonText(plan.run))
        await askToGoOn(terminal, hub)
      }
      const executed = await executeTasks(hub, orders, options, terminal)
      showExecuted(terminal, executed, options.json ?? false)
    })
}

/** @throws UsageError off a terminal, or when the answer is no */
async function askToGoOn(terminal: Terminal, { hub, root }: ConfiguredHub): Promise<void> {
  if (!terminal.interactive) {
    throw new UsageError('a restore replaces the database, and nobody can be asked here', {
      hint: 'look at hubkeeper restore --dry-run, then say --yes',
    })
  }
  const answer = await confirm({
    message: `Replace ${resolve(root, hub.database.path)}? A safety copy is made first.`,
    initialValue: false,
    output: process.stderr,
  })
  if (answer === true && !isCancel(answer)) return
  throw new UsageError('not restored', { hint: 'nothing was touched' })
}

/** Rows per table, now and in the backup, as a table. */
function comparisonText({ reports }: Run): string {
  const figures = reports.flatMap((report) => report.figures)
  const names = [...new Set(figures.flatMap(({ subject }) => (subject === null ? [] : [subject])))]
  const rowsOf = (name: string, table: string): Figure | undefined =>
    figures.find((figure) => figure.name === name && figure.subject === table)
  const rows = names.map((table) => {
    const now = rowsOf('table.rows-now', table)?.value
    const then = rowsOf('table.rows-in-backup', table)?.value
    const difference = (then ?? 0) - (now ?? 0)
    return [
      table,
      now?.toString() ?? 'absent',
      then?.toString() ?? 'absent',
      difference === 0 ? '' : signed(difference),
    ]
  })
  return columns([['table', 'rows now', 'in the backup', 'difference'], ...rows], '  ')
}

const signed = (value: number): string => (value > 0 ? `+${value}` : `${value}`)

/** Verifies a backup and writes it to a new file; the hub is not touched. */
async function restoreElsewhere(
  terminal: Terminal,
  hub: ConfiguredHub,
  selector: string,
  to: string,
  options: RestoreOptions,
): Promise<void> {
  await withEmbedded(hub, async ({ connect }) => {
    const { backups } = await connect({ backups: 'read' })
    const backup = await chooseBackup(backups, { backup: selector, undo: options.undo ?? false })
    const copy = await backups.restoreToScratch(backup)
    const { id } = backup.manifest
    const { integrity } = await backups.examine(copy)
    const sound = copy.intact && integrity.state === 'done' && integrity.value.length === 0
    if (!sound) {
      throw new HubkeeperError('backup-unsound', `backup ${id} is not sound: nothing was written to ${to}`, {
        hint: `see why: hubkeeper backups verify ${id}`,
      })
    }
    const path = resolve(to)
    await writeNew(copy.path, path)
    const result = { schema: 1, backup: id, path, bytes: copy.bytes, sha256: copy.sha256 }
    terminal.out(
      options.json
        ? JSON.stringify(result, null, 2)
        : `restored ${id} (${formatBytes(copy.bytes)}, verified) to ${path}`,
    )
  })
}

/** @throws HubkeeperError when there is something already */
async function writeNew(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL)
  } catch (error) {
    throw new HubkeeperError('io', `cannot write ${to}: ${messageOf(error)}`, {
      hint: 'name a new file in a directory that exists and may be written',
      cause: error,
    })
  }
}
