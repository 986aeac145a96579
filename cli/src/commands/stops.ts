import { setTimeout } from 'node:timers/promises'
import {
  describeStop,
  type Freeze,
  formatDuration,
  freezeSchema,
  type Ledger,
  minutes,
  seconds,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'
import { showStatement, statementOf } from './statement.ts'

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
        showStatement(terminal, options, { hub, freeze, writer: writer?.holder ?? null }, [
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
        showStatement(terminal, options, { hub, hold }, [
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
        showStatement(terminal, options, { hub, ended }, [
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
  await withEmbedded(configured, ({ ledger }) => act(ledger, configured.hub.id))
}

const stopOf = ({ by, reason, until }: StopOptions): Freeze =>
  statementOf(freezeSchema, {
    reason,
    by,
    since: new Date().toISOString(),
    until: until?.toISOString() ?? null,
  })

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
