import { HubkeeperError, messageOf } from '@hubkeeper/core'
import { type Ended, runProgram } from '../program.ts'

/** Text as a crontab is held here, a character for each byte: its other lines may be in any encoding. */
export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** What is held a character for each byte, for people. */
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')

const failed = (doing: string, ended: Ended): HubkeeperError =>
  new HubkeeperError(
    'io',
    `${doing} failed with exit code ${ended.code}: ${ended.err.trim() || 'it said nothing'}`,
    { hint: 'see whether crontab -l works for this user; /etc/cron.allow and cron.deny say who may' },
  )

/** Cron’s own words, and busybox’s. */
const none = /^no crontab for |^crontab: can't open '[^']*': No such file or directory/m

const isEmpty = ({ code, err, out }: Ended): boolean => code === 1 && out === '' && none.test(err)

/** By cron.allow or cron.deny, by PAM, or because busybox lacks the right to write crontabs of users. */
const isRefused = ({ code, err }: Ended): boolean =>
  code !== 0 && /not allowed to (?:use|access)|must be suid/i.test(err)

/** What `crontab -l` says; null when there is no crontab program that this user may run. */
async function list(): Promise<Ended | null> {
  const ended = await runProgram('crontab', ['-l'], '', 'latin1')
  return ended === null || isRefused(ended) ? null : ended
}

/** Whether this machine has a crontab program that this user may run. */
export const hasCrontab = async (): Promise<boolean> => (await list()) !== null

/**
 * The crontab of this user, a character for each byte, empty when there is none; null when there is no
 * crontab program that this user may run.
 *
 * @throws HubkeeperError when it cannot be read: it must not be taken for empty then
 */
export async function readCrontab(): Promise<string | null> {
  const ended = await list()
  if (ended === null) return null
  if (isEmpty(ended)) return ''
  if (ended.code !== 0) throw failed('crontab -l', ended)
  return ended.out
}

/**
 * Replaces the crontab of this user, reads it back and compares. What was there before is put back when
 * they differ.
 *
 * @throws HubkeeperError
 */
export async function writeCrontab(text: string, before: string): Promise<void> {
  const current = await readCrontab()
  if (current !== before) {
    throw new HubkeeperError('io', 'the crontab was changed meanwhile by somebody else', {
      hint: 'nothing was written; run this again',
    })
  }
  try {
    await submit(text)
    if ((await readCrontab()) === text) return
    throw new HubkeeperError('io', 'crontab did not keep what it was given', {
      hint: 'install with --systemd, or keep hubkeeper watch running',
    })
  } catch (error) {
    const problem = await submit(before).then(() => null, messageOf)
    const then =
      problem === null ? 'the old one was put back' : `the old one could not be put back: ${problem}`
    throw new HubkeeperError('io', `${messageOf(error)}; ${then}`, {
      hint: 'compare crontab -l with the copy of the old crontab in state/ of the hub',
      cause: error,
    })
  }
}

async function submit(text: string): Promise<void> {
  // A crontab that was empty before is removed, not left as an empty file.
  const args = text === '' ? ['-r'] : ['-']
  const ended = await runProgram('crontab', args, text, 'latin1')
  if (ended?.code === 0 || (ended !== null && text === '' && none.test(ended.err))) return
  throw failed(`crontab ${args[0]}`, ended ?? { code: null, out: '', err: 'crontab is gone' })
}
