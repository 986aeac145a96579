import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { codeOf, messageOf } from '@hubkeeper/core'

/** What OpenSSL's verdicts on a certificate mean; the codes are those of Node's documentation of `node:tls`. */
const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  CERT_CHAIN_TOO_LONG: 'its chain is too long',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_UNTRUSTED: 'its root is not meant for this',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not one that clients know',
  UNABLE_TO_GET_ISSUER_CERT: 'its chain is not complete',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody that clients know issued it, or its chain is not complete',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its chain is not complete',
  INVALID_PURPOSE: 'it is not meant for servers',
  EE_KEY_TOO_SMALL: 'its key is too small',
  CA_KEY_TOO_SMALL: 'the key of its issuer is too small',
  CA_MD_TOO_WEAK: 'the digest of its issuer is too weak',
}

/**
 * Why a client would not trust what a server showed, in words; null where it would. Both reasons are told:
 * a certificate may be for another name besides.
 *
 * @param host as the URL names it, without brackets
 */
export function distrustOf(socket: TLSSocket, certificate: X509Certificate, host: string): string | null {
  const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  const told = [verdictOn(socket), named === undefined ? `it is not for ${host}` : null]
  const found = told.filter((reason) => reason !== null)
  return found.length === 0 ? null : found.join('; ')
}

/** What OpenSSL says of the chain. */
function verdictOn({ authorizationError, authorized }: TLSSocket): string | null {
  // Its type says Error, and the text of the code is what comes.
  const said: unknown = authorizationError
  if (authorized || said === null || said === undefined) return null
  const code = typeof said === 'string' ? said : (codeOf(said) ?? messageOf(said))
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : (reasons[code] ?? code)
}
