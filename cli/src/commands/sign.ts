import { onOneLine, signatureSchema, UsageError } from '@hubkeeper/core'
import {
  checklistsAt,
  endOfDay,
  itemNamed,
  type KnownItem,
  longestSignature,
  signatureEnd,
  signingRefused,
} from '@hubkeeper/review'
import { type Command, InvalidArgumentError } from 'commander'
import { parseMoment } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import {
  type ChosenHub,
  commandOf,
  type LedgerOptions,
  withChosenHub,
  withLedgerOptions,
} from './deployed-ledger.ts'
import { showStatement, statementOf } from './statement.ts'

interface SignOptions extends LedgerOptions {
  readonly by: string
  readonly note: string
  /** A day, or a moment. */
  readonly until?: string | Date
}

/** `hubkeeper sign`. */
export function registerSign(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('sign'))
    .description('say that an item of a checklist is done which only a person can know')
    .argument('<item>', 'its id or title, or the beginning of it')
    .requiredOption('--note <text>', 'what was done, for who wonders')
    .option('--by <name>', 'who says so', thisAccount().user)
    .option(
      '--until <date>',
      'how long it counts, a day to its end (default: the end of the next day, week, month or quarter, as its checklist is)',
      parseUntil,
    )
    .addHelpText(
      'after',
      `
What a run can find out is ticked by that run alone: hubkeeper checklist shows by which.

Examples:
  hubkeeper sign documentation-updated --by anna --note "the import guide, for release 4.2"
  hubkeeper sign "Team training updated" --note "course of 12 November" --until 2027-03-31
  hubkeeper sign monitoring --note "two false alarms, limits raised" --deployed`,
    )
    .action(async (text: string, options: SignOptions) => {
      const known = itemNamed(text)
      await withChosenHub(options, (chosen) => sign(known, chosen, options, terminal))
    })
}

async function sign(
  { cadence, id, title }: KnownItem,
  { hub, ledger, now, reports }: ChosenHub,
  options: SignOptions,
  terminal: Terminal,
): Promise<void> {
  const at = now()
  const [checklist] = await checklistsAt({ at, hub, ledger, reports }, [cadence])
  const item = checklist?.items.find((each) => each.id === id)
  const refused = item === undefined ? null : signingRefused(item)
  if (refused !== null) {
    throw new UsageError([`${title}: ${refused}`, ...(item?.evidence ?? [])].join('\n  '), {
      hint: `see it: ${commandOf(`checklist ${cadence}`, options)}`,
    })
  }
  const until = endOf(options.until, hub.timeZone) ?? signatureEnd(cadence, hub.timeZone, at)
  if (until <= at || until.getTime() > at.getTime() + longestSignature) {
    throw new UsageError(`--until: ${until.toISOString()} is not within the next 366 days`, {
      hint: 'sign it again when it has been looked at again',
    })
  }
  const signature = statementOf(signatureSchema, {
    item: id,
    by: onOneLine(options.by),
    note: onOneLine(options.note),
    at: at.toISOString(),
    until: until.toISOString(),
  })
  await ledger.sign(signature)
  showStatement(terminal, options, { hub: hub.id, signature }, [
    `${title} (${cadence}): signed by ${signature.by} until ${signature.until}: ${signature.note}`,
  ])
}

const endOf = (until: string | Date | undefined, timeZone: string): Date | null =>
  typeof until === 'string' ? endOfDay(until, timeZone) : (until ?? null)

/** A day stays a day, for its end depends on the hub's time zone. */
function parseUntil(text: string): string | Date {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return parseMoment(text)
  if (endOfDay(text, 'UTC') !== null) return text
  throw new InvalidArgumentError('there is no such day; write it as 2026-12-31')
}
