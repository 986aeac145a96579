import { setTimeout } from 'node:timers/promises'
import {
  describeStop,
  type Freeze,
  formatDuration,
  freezeSchema,
  type Ledger,
  minutes,
  seconds,
  UsageError,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { openEmbedded } from '../embedded.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Longer than any claim lives without renewal: who still writes then is at work, not dead, ms. */
const drainLimit = minutes(30)
const pollInterval = seconds(1)

interface StopOptions extends CommonOptions {
  readonly reason: string
  readonly by: string
  readonly until?: Date
}

/** `hubkeeper freeze`, `thaw`, `hold` and `release`. */
export function registerStops(program: Command, terminal: Terminal): void {
  stopCommand(program, 'freeze', 'nothing may change the hub any more; returns when nothing does', 'frozen')
    .addHelpText(
      'after',
      '\nExample:\n  hubkeeper freeze --reason "moving the machine" --until 2026-12-01T06:00:00Z',
    )
    .action(async (options: StopOptions) => {
      await withLedger(options, async (ledger, hub) => {
        const freeze = stopOf(options)
        await ledger.setFreeze(freeze)
        const writer = await drain(ledger, terminal)
        show(terminal, options, { hub, freeze, writer: writer?.holder ?? null }, [
          `${hub} is frozen ${describeStop(freeze)}`,
          writer === null
            ? 'nothing changes it now; end it with hubkeeper thaw'
            : `${writer.holder} still holds the write lease: it stops at its next change`,
        ])
        if (writer !== null) process.exitCode = 1
      })
    })
  endCommand(program, terminal, 'thaw', 'end a freeze', 'frozen', (ledger) => ledger.setFreeze(null))

  stopCommand(program, 'hold', 'retention deletes no backup until this is ended', 'held')
    .addHelpText('after', '\nExample:\n  hubkeeper hold --reason "rows are missing, looking for a good copy"')
    .action(async (options: StopOptions) => {
      await withLedger(options, async (ledger, hub) => {
        const hold = stopOf(options)
        await ledger.setHold(hold)
        show(terminal, options, { hub, hold }, [
          `${hub}: no backup is deleted, held ${describeStop(hold)}`,
          'end it with hubkeeper release',
        ])
      })
    })
  endCommand(program, terminal, 'release', 'end a hold', 'on hold', (ledger) => ledger.setHold(null))
}

function stopCommand(program: Command, name: string, description: string, word: string): Command {
  return withCommonOptions(program.command(name))
    .description(description)
    .requiredOption('--reason <text>', `why it is ${word}, for who wonders`)
    .option('--by <name>', 'who says so', thisAccount().user)
    .option('--until <time>', 'when it should have ended: later it is a finding', parseMoment)
}

function endCommand(
  program: Command,
  terminal: Terminal,
  name: string,
  description: string,
  word: string,
  end: (ledger: Ledger) => Promise<Freeze | null>,
): void {
  withCommonOptions(program.command(name))
    .description(description)
    .addHelpText('after', `\nExample:\n  hubkeeper ${name}`)
    .action(async (options: CommonOptions) => {
      await withLedger(options, async (ledger, hub) => {
        const ended = await end(ledger)
        show(terminal, options, { hub, ended }, [
          ended === null ? `${hub} is not ${word}` : `${hub} was ${word} ${describeStop(ended)}: ended`,
        ])
      })
    })
}

async function withLedger(
  options: CommonOptions,
  act: (ledger: Ledger, hub: string) => Promise<void>,
): Promise<void> {
  const configured = chooseHub(await loadConfig(options.config), options.hub)
  const embedded = openEmbedded(configured, { tasks })
  try {
    await act(embedded.ledger, configured.hub.id)
  } finally {
    await embedded.close()
  }
}

/** @throws UsageError for a reason or a name that cannot be recorded */
function stopOf({ by, reason, until }: StopOptions): Freeze {
  const since = new Date().toISOString()
  const parsed = freezeSchema.safeParse({ reason, by, since, until: until?.toISOString() ?? null })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ message, path }) => `--${path.join('.')}: ${message}`)
  throw new UsageError(problems.join('; '), { hint: 'say in a sentence why, and who says so' })
}

/** Waits until nobody writes; gives who still does when that takes too long. */
async function drain(ledger: Ledger, terminal: Terminal) {
  const deadline = Date.now() + drainLimit
  let told = false
  for (;;) {
    const writer = await ledger.writer()
    if (writer === null || Date.now() >= deadline) return writer
    if (!told) terminal.err(`waiting for ${writer.holder}, at most ${formatDuration(drainLimit)}`)
    told = true
    await setTimeout(pollInterval)
  }
}

function show(terminal: Terminal, { json }: CommonOptions, value: object, lines: readonly string[]): void {
  terminal.out(json ? JSON.stringify({ schema: 1, ...value }, null, 2) : lines.join('\n'))
}
