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
import { type ChosenHub, commandOf, type LedgerOptions, withChosenHub } from '../commands/deployed-ledger.ts'
import { showStatement, statementOf } from '../commands/statement.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Options of `hubkeeper sign`. */
export interface SignOptions extends LedgerOptions {
  readonly by: string
  readonly note: string
  /** A day, or a moment. */
  readonly until?: string | Date
}

/** Signs an item of a checklist. @throws UsageError for one that there is not, or that evidence decides */
export async function signItem(text: string, options: SignOptions, terminal: Terminal): Promise<void> {
  const known = itemNamed(text)
  await withChosenHub(options, (chosen) => sign(known, chosen, options, terminal))
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
