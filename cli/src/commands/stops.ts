import { describeStop, type Freeze, formatDuration, freezeSchema, type Ledger } from '@hubkeeper/core'
import type { Command } from 'commander'
import { drain, drainLimit } from '../drain.ts'
import { parseMoment } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { commandOf, type LedgerOptions, withChosenLedger, withLedgerOptions } from './deployed-ledger.ts'
import { showStatement, statementOf } from './statement.ts'

interface StopOptions extends LedgerOptions {
  readonly reason: string
  readonly by: string
  readonly until?: Date
}

/** `hubkeeper freeze`, `thaw`, `hold` and `release`. */
export function registerStops(program: Command, terminal: Terminal): void {
  stopCommand(program, 'freeze', 'nothing may change the hub any more; returns when nothing does', 'frozen')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper freeze --reason "moving the machine" --until 2026-12-01T06:00:00Z
  hubkeeper freeze --reason "looking into a report" --deployed

This machine and a deployment on AWS keep ledgers of their own: a freeze holds where it was put.`,
    )
    .action(async (options: StopOptions) => {
      await withChosenLedger(options, async (ledger, hub) => {
        const freeze = stopOf(options)
        await ledger.setFreeze(freeze)
        const writer = await drain(ledger, drainLimit, ({ holder, until }) => {
          const longest = formatDuration(drainLimit)
          terminal.err(`waiting for ${holder}, at most ${longest}; its lease ends ${until}`)
        })
        showStatement(terminal, options, { hub, freeze, writer: writer?.holder ?? null }, [
          `${hub} is frozen ${describeStop(freeze)}`,
          writer === null
            ? `nothing changes it now; end it with ${commandOf('thaw', options)}`
            : `${writer.holder} still holds the write lease: it stops at its next change`,
        ])
        if (writer !== null) process.exitCode = 1
      })
    })
  endCommand(program, terminal, 'thaw', 'end a freeze', 'frozen', (ledger) => ledger.setFreeze(null))

  stopCommand(program, 'hold', 'retention deletes no backup until this is ended', 'held')
    .addHelpText('after', '\nExample:\n  hubkeeper hold --reason "rows are missing, looking for a good copy"')
    .action(async (options: StopOptions) => {
      await withChosenLedger(options, async (ledger, hub) => {
        const hold = stopOf(options)
        await ledger.setHold(hold)
        showStatement(terminal, options, { hub, hold }, [
          `${hub}: no backup is deleted, held ${describeStop(hold)}`,
          `end it with ${commandOf('release', options)}`,
        ])
      })
    })
  endCommand(program, terminal, 'release', 'end a hold', 'on hold', (ledger) => ledger.setHold(null))
}

function stopCommand(program: Command, name: string, description: string, word: string): Command {
  return withLedgerOptions(program.command(name))
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
  withLedgerOptions(program.command(name))
    .description(description)
    .addHelpText('after', `\nExample:\n  hubkeeper ${name}`)
    .action(async (options: LedgerOptions) => {
      await withChosenLedger(options, async (ledger, hub) => {
        const ended = await end(ledger)
        showStatement(terminal, options, { hub, ended }, [
          ended === null ? `${hub} is not ${word}` : `${hub} was ${word} ${describeStop(ended)}: ended`,
        ])
      })
    })
}

const stopOf = ({ by, reason, until }: StopOptions): Freeze =>
  statementOf(freezeSchema, {
    reason,
    by,
    since: new Date().toISOString(),
    until: until?.toISOString() ?? null,
  })
