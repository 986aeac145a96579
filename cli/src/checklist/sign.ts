import { onOneLine, type Signature, signatureSchema, UsageError } from '@hubkeeper/core'
import {
  checklistsAt,
  endOfDay,
  itemNamed,
  type KnownItem,
  longestSignature,
  signatureEnd,
  signingRefused,
  standing,
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
  /** Takes back what was signed. */
  readonly withdraw?: boolean
}

/**
 * Signs an item of a checklist, or withdraws what was signed of it.
 *
 * @throws UsageError for one that there is not, that evidence decides, or of which nothing is to be withdrawn
 */
export async function signItem(text: string, options: SignOptions, terminal: Terminal): Promise<void> {
  const known = itemNamed(text)
  const act = options.withdraw === true ? withdraw : sign
  await withChosenHub(options, (chosen) => act(known, chosen, options, terminal))
}

async function withdraw(
  { cadence, id, title }: KnownItem,
  { hub, ledger, now }: ChosenHub,
  options: SignOptions,
  terminal: Terminal,
): Promise<void> {
  const at = now()
  const before = standing(await ledger.signatures(), id, at)
  if (before === null) {
    throw new UsageError(`${title}: there is no signature to withdraw`, {
      hint: `see it: ${commandOf(`checklist ${cadence}`, options)}`,
    })
  }
  const signature = signatureOf(id, options, at, at)
  await ledger.sign(signature)
  showStatement(terminal, options, { hub: hub.id, signature, withdrawn: before }, [
    `${title} (${cadence}): what ${onOneLine(before.by)} signed is withdrawn by ${signature.by}: ${signature.note}`,
  ])
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
  const signature = signatureOf(id, options, at, until)
  await ledger.sign(signature)
  showStatement(terminal, options, { hub: hub.id, signature }, [
    `${title} (${cadence}): signed by ${signature.by} until ${signature.until}: ${signature.note}`,
  ])
}

/** @throws UsageError for a name or a note that cannot be recorded, or that nobody can read */
function signatureOf(item: string, { by, note }: SignOptions, at: Date, until: Date): Signature {
  for (const [option, text] of Object.entries({ by, note })) {
    if (/[\p{L}\p{N}]/u.test(text)) continue
    throw new UsageError(`--${option}: there is no word in it`, {
      hint: 'say in a sentence what was done, and who says so',
    })
  }
  return statementOf(signatureSchema, {
    item,
    by: onOneLine(by),
    note: onOneLine(note),
    at: at.toISOString(),
    until: until.toISOString(),
  })
}

const endOf = (until: string | Date | undefined, timeZone: string): Date | null =>
  typeof until === 'string' ? endOfDay(until, timeZone) : (until ?? null)
