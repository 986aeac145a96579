import { HubkeeperError } from '@hubkeeper/core'
import { bytesOf } from './crontab.ts'

const beginOf = (file: string): string => `# BEGIN hubkeeper ${file}`
const endOf = (file: string): string => `# END hubkeeper ${file}`

/** Whether a line is one of our marks, whatever white space an editor left behind it. */
const isMark = (line: string, mark: string): boolean =>
  line.replace(/[ \t\r\n]+$/, '') === bytesOf(mark).replace(/[ \t]+$/, '')

/**
 * The lines of a configuration between the two comments that mark them as ours, a character for each byte
 * as everything of a crontab here.
 */
export const blockOf = (file: string, lines: readonly string[]): string =>
  bytesOf(
    [
      beginOf(file),
      '# Each line wakes hubkeeper, which decides what is due. Change it with: hubkeeper schedule',
      ...lines,
      endOf(file),
      '',
    ].join('\n'),
  )

interface Place {
  readonly start: number
  readonly end: number
}

/** Where our block lies in a crontab; null when there is none. @throws HubkeeperError when it is damaged */
function placeOf(crontab: string, file: string): Place | null {
  let offset = 0
  const begins: number[] = []
  const ends: number[] = []
  for (const line of crontab.split(/(?<=\n)/)) {
    if (isMark(line, beginOf(file))) begins.push(offset)
    offset += line.length
    if (isMark(line, endOf(file))) ends.push(offset)
  }
  const [start, end] = [begins[0], ends[0]]
  if (start === undefined && end === undefined) return null
  if (start !== undefined && end !== undefined && start < end && begins.length === 1 && ends.length === 1) {
    return { start, end }
  }
  throw new HubkeeperError('io', `the crontab’s lines for ${file} are not between one BEGIN and one END`, {
    hint: 'delete them by hand with crontab -e, then run hubkeeper schedule install',
  })
}

/** Our block of a crontab, as it is; null when there is none. @throws HubkeeperError when it is damaged */
export function findBlock(crontab: string, file: string): string | null {
  const place = placeOf(crontab, file)
  return place === null ? null : crontab.slice(place.start, place.end)
}

/**
 * The crontab with `block` in the place of our block, or without one for the empty string. Every other
 * byte stays as it is.
 *
 * A new block goes first: a SHELL, MAILTO or CRON_TZ of other lines holds for what follows it.
 *
 * @throws HubkeeperError when our block is damaged
 */
export function replaceBlock(crontab: string, file: string, block: string): string {
  const place = placeOf(crontab, file) ?? { start: 0, end: 0 }
  return crontab.slice(0, place.start) + block + crontab.slice(place.end)
}
