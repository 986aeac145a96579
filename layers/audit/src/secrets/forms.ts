import * as z from 'zod'
import { isDefaultPassword } from './default-passwords.ts'
import type { Sighting } from './finding.ts'
import { isReference } from './references.ts'

const privateKey =
  /-----BEGIN (?!ENCRYPTED )(?:[A-Z\d]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[\s>]|\\[nr]){0,8}(?=[A-Za-z\d+/]{32})((?:[A-Za-z\d+/=]|[\s>]|\\[nr]){64,16384})/g

/**
 * Private keys as PEM (RFC 7468), of which enough is there; also on one line, with its ends escaped. One that
 * is encrypted is none: a header stands before it.
 */
export function* privateKeysIn(text: string): Generator<Sighting> {
  if (!text.includes('PRIVATE KEY')) return
  for (const match of text.matchAll(privateKey)) {
    const start = match.index + match[0].length - (match[1]?.length ?? 0)
    yield { rule: 'private-key', name: null, start, end: match.index + match[0].length }
  }
}

const webToken = /\beyJ[\w-]{8,4096}\.[\w-]{4,16384}\.[\w-]{16,2048}/g

const headerSchema = z.object({ alg: z.string() })

/** JSON web tokens in their compact form (RFC 7515). */
export function* webTokensIn(text: string): Generator<Sighting> {
  if (!text.includes('eyJ')) return
  for (const match of text.matchAll(webToken)) {
    if (isHeader(match[0].slice(0, match[0].indexOf('.')))) {
      yield { rule: 'jwt', name: null, start: match.index, end: match.index + match[0].length }
    }
  }
}

function isHeader(part: string): boolean {
  try {
    const json: unknown = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')))
    return headerSchema.safeParse(json).success
  } catch {
    // Neither Base64 nor JSON: something else that looks like it.
    return false
  }
}

const userInfo = /:\/\/([^\s:@/"'`<>]{0,128}):([^\s"'`<>/?#]{1,256})@[\w.[\]%:-]/g

/** Passwords in URLs (RFC 3986, 3.2.1), such as those of databases. */
export function* urlPasswordsIn(text: string): Generator<Sighting> {
  if (!text.includes('://')) return
  for (const match of text.matchAll(userInfo)) {
    const [, user = '', password = ''] = match
    const start = match.index + '://'.length + user.length + 1
    const end = start + password.length
    const known = isDefaultPassword(password) || password.toLowerCase() === user.toLowerCase()
    if (known) yield { rule: 'default-password', name: null, start, end }
    else if (password.length >= 3 && !isReference(password) && !/^your[-_]/i.test(password)) {
      yield { rule: 'url-password', name: null, start, end }
    }
  }
}

const authorization =
  /authorization\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}["']?(?:bearer|basic|token|apikey)[ \t]{1,4}([\w.~+/=-]{8,4096})/gi

/** Credentials in headers of requests (RFC 9110, 11.6.2). */
export function* authorizationsIn(text: string): Generator<Sighting> {
  for (const match of text.matchAll(authorization)) {
    const [all, value = ''] = match
    const end = match.index + all.length
    if (!isReference(value)) yield { rule: 'authorization', name: null, start: end - value.length, end }
  }
}
