import { type Command, InvalidArgumentError, Option } from 'commander'
import type { SignOptions } from '../checklist/sign.ts'
import { isDay, parseMoment } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withLedgerOptions } from './deployed-ledger.ts'

/** `hubkeeper sign`. */
export function registerSign(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('sign'))
    .description('say that an item of a checklist is done which only a person can know')
    .argument('<item>', 'its id or title, or the beginning of it')
    .requiredOption('--note <text>', 'what was done, for who wonders')
    .option('--by <name>', 'who says so', thisAccount().user)
    .addOption(
      new Option(
        '--until <date>',
        'how long it counts, a day to its end (default: the end of the next day, week, month or quarter, as its checklist is)',
      ).argParser(parseUntil),
    )
    .addOption(
      new Option('--withdraw', 'take back what was signed of it; the ledger keeps both').conflicts('until'),
    )
    .addHelpText(
      'after',
      `
What a run can find out is ticked by that run alone: hubkeeper checklist shows by which.

Examples:
  hubkeeper sign documentation-updated --by anna --note "the import guide, for release 4.2"
  hubkeeper sign "Team training updated" --note "course of 12 November" --until 2027-03-31
  hubkeeper sign monitoring --note "two false alarms, limits raised" --deployed
  hubkeeper sign team-training-updated --withdraw --note "the course was put off"`,
    )
    .action(async (text: string, options: SignOptions) => {
      const { signItem } = await import('../checklist/sign.ts')
      await signItem(text, options, terminal)
    })
}

/** A day stays a day, for its end depends on the hub's time zone. */
function parseUntil(text: string): string | Date {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return parseMoment(text)
  if (isDay(text)) return text
  throw new InvalidArgumentError('there is no such day; write it as 2026-12-31')
}
