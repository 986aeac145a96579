import { withoutCredentials } from '../requirements/reference.ts'
import type { Sighting } from './finding.ts'
import { sightingsIn } from './sightings.ts'

/** In place of a secret. */
const notShown = '(not shown)'

/**
 * Lines that somebody else wrote, without the secrets that stand in them: what scanners quote, and what they
 * complain of. Each stays one line.
 */
export async function withoutSecrets(lines: readonly string[]): Promise<readonly string[]> {
  if (lines.length === 0) return []
  const text = lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\n')
  const found = await sightingsIn({ state: 'read', place: 'scan', kind: 'config', text, firstLine: 1 })
  return replaced(text, found).split('\n').map(withoutUserInfo)
}

function replaced(text: string, found: readonly Sighting[]): string {
  let shown = ''
  let at = 0
  for (const { end, start } of found) {
    // A key may go on over lines, which stay lines.
    shown += text.slice(at, start) + text.slice(start, end).replace(/[^\n]+/g, notShown)
    at = end
  }
  return shown + text.slice(at)
}

/** A password with a slash in it ends no name of a host, whatever RFC 3986 says of it; a port may stand there. */
const withoutUserInfo = (line: string): string =>
  withoutCredentials(line)
    .replace(/(:\/\/)[^\s/:@]*:(?!\d+\/)[^\s@]*@/g, '$1****@')
    // What was cut short may have been one.
    .replace(/(:\/\/)[^\s/:@]*:(?!\d+[/…])[^\s@]*…$/, '$1****…')
