import { resolve } from 'node:path'
import { confirm, isCancel } from '@clack/prompts'
import { UsageError } from '@hubkeeper/core'
import { type Command, InvalidArgumentError } from 'commander'
import type { FilesMeant } from '../../../functions/restore-backup/context.ts'
import { restoreBackup } from '../../../functions/restore-backup/task.ts'
import { type ConfiguredHub, chooseHub, loadConfig } from '../config.ts'
import { type Executed, executeTasks } from '../execute.ts'
import { type RunOptions, withRunOptions } from '../options.ts'
import { type ElsewhereOptions, restoreElsewhere, writtenText } from '../restore-elsewhere.ts'
import { taskProgress } from '../terminal/progress.ts'
import { previewText } from '../terminal/restore-preview.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'
import { showExecuted } from './run.ts'

interface RestoreOptions extends RunOptions {
  readonly to?: string
  readonly undo?: boolean
  readonly withFiles?: boolean
  readonly filesOnly?: boolean
  readonly unproven?: boolean
  readonly watch?: number
  readonly yes?: boolean
}

/** `hubkeeper restore`. */
export function registerRestore(program: Command, terminal: Terminal): void {
  withRunOptions(program.command('restore'))
    .description('put a verified backup in the place of the database and its files, or elsewhere')
    .argument('[backup]', 'an id, latest, or a moment: the newest proven backup at or before it', 'latest')
    .option('--with-files', 'the files that were kept with it as well')
    .option('--files-only', 'those files, and not the database')
    .option('--undo', 'put back what the last restore replaced')
    .option('--to <path>', 'write the verified backup there and leave the hub alone; with files, a directory')
    .option('--unproven', 'also one whose content cannot be read here, as it needs an extension')
    .option('--watch <seconds>', 'for how long to watch that nobody puts the old content back', parseSeconds)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper restore --dry-run            what would change, table by table and file by file
  hubkeeper restore latest               the newest proven backup
  hubkeeper restore latest --with-files  with configuration, requirements and search index
  hubkeeper restore 2026-11-20           the newest proven one at or before that moment
  hubkeeper restore latest --to /tmp/copy.db
  hubkeeper restore latest --with-files --to /tmp/copy-of-the-hub
  hubkeeper restore --undo`,
    )
    .action(async (backup: string, options: RestoreOptions) => {
      const hub = chooseHub(await loadConfig(options.config), options.hub)
      const files = filesOf(options)
      refuseUndoTo(backup, options)
      refuseDryCopy(options)
      const { to, undo = false, unproven = false, watch } = options
      if (to !== undefined) return goElsewhere(terminal, hub, { backup, undo, unproven, files, to }, options)
      const input = { backup, undo, unproven, files, ...(watch === undefined ? {} : { watch }) }
      const orders = [{ task: restoreBackup, input }]
      if (options.dryRun || !options.yes) {
        const plan = await executeTasks(hub, orders, { ...options, dryRun: true }, terminal)
        if (options.dryRun || plan.run.status === 'failed') return showPlan(terminal, plan, options)
        terminal.err(textOf(terminal, plan))
        await askToGoOn(terminal, hub, files)
      }
      const executed = await executeTasks(hub, orders, options, terminal)
      showExecuted(terminal, executed, options.json ?? false)
    })
}

/** @throws UsageError */
function refuseUndoTo(backup: string, { undo = false }: RestoreOptions): void {
  if (!undo || backup === 'latest') return
  throw new UsageError(`--undo goes to what the last restore replaced, and not to ${backup}`, {
    hint: 'leave out the one or the other; nothing was touched',
  })
}

/** @throws UsageError */
function refuseDryCopy({ dryRun = false, to }: RestoreOptions): void {
  if (!dryRun || to === undefined) return
  throw new UsageError('--to and --dry-run exclude each other', {
    hint: 'nothing was written; --to leaves the hub alone, and writes over nothing',
  })
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+$/.test(text) || seconds > 600) throw new InvalidArgumentError('write seconds, 0 to 600')
  return seconds
}

/** @throws UsageError for options that exclude each other */
function filesOf({ filesOnly = false, withFiles = false }: RestoreOptions): FilesMeant {
  if (filesOnly && withFiles) {
    throw new UsageError('--with-files and --files-only exclude each other', { hint: 'choose one of them' })
  }
  return filesOnly ? 'only' : withFiles ? 'with' : 'none'
}

const textOf = (terminal: Terminal, { run }: Executed): string =>
  run.reports.map((report) => previewText(terminal, report)).join('\n')

/** A dry run as a preview, unless it failed or a program reads it. */
function showPlan(terminal: Terminal, plan: Executed, { json = false }: RestoreOptions): void {
  const isTold = json || plan.run.status === 'failed' || plan.run.reports.length === 0
  if (isTold) showExecuted(terminal, plan, json)
  else terminal.out(textOf(terminal, plan))
}

/** @throws UsageError off a terminal, or when the answer is no */
async function askToGoOn(terminal: Terminal, { hub, root }: ConfiguredHub, files: FilesMeant): Promise<void> {
  if (!terminal.interactive) {
    throw new UsageError('a restore replaces what is there, and nobody can be asked here', {
      hint: 'look at hubkeeper restore --dry-run, then say --yes',
    })
  }
  const path = resolve(root, hub.database.path)
  const what = { none: path, with: `${path} and the files above`, only: 'the files above' }[files]
  const answer = await confirm({
    message: `Replace ${what}? A safety copy is made first.`,
    initialValue: false,
    output: process.stderr,
  })
  if (answer === true && !isCancel(answer)) return
  throw new UsageError('not restored', { hint: 'nothing was touched' })
}

/** Verifies a backup and writes it to a new place; the hub is not touched. */
async function goElsewhere(
  terminal: Terminal,
  hub: ConfiguredHub,
  chosen: Omit<ElsewhereOptions, 'step'>,
  { json = false }: RestoreOptions,
): Promise<void> {
  await withEmbedded(hub, async ({ connect }) => {
    const { backups } = await connect({ backups: 'read' })
    const progress = taskProgress(terminal, 'restore')
    const written = await restoreElsewhere(backups, { ...chosen, step: progress.step }).finally(progress.end)
    terminal.out(json ? JSON.stringify({ schema: 1, ...written }, null, 2) : writtenText(written))
  })
}
