import { isIP } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

/** Settings of one handshake. */
export type HandshakeOptions = Pick<ConnectionOptions, 'minVersion' | 'maxVersion' | 'ciphers'>

/** Everything that this OpenSSL still knows, weak as it is; its own level forbids the old protocols. */
export const permissive: HandshakeOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }

/** The name of a host without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/**
 * Shakes hands with a server whoever it is, and hands the connection to `look`; it is gone afterwards.
 *
 * @throws Error of the connection, or what `look` throws
 */
export function shakeHands<T>(
  url: URL,
  options: HandshakeOptions,
  signal: AbortSignal,
  look: (socket: TLSSocket) => T,
): Promise<T> {
  const { promise, reject, resolve } = Promise.withResolvers<T>()
  const host = hostOf(url)
  const socket = connect({
    host,
    port: url.port === '' ? 443 : Number(url.port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // An inspection has to see what nobody should trust.
    rejectUnauthorized: false,
    ...options,
  })
  const give = (): void => {
    socket.destroy(new Error('the time is over'))
  }
  if (signal.aborted) give()
  signal.addEventListener('abort', give, { once: true })
  socket.on('error', reject)
  socket.once('close', () => {
    signal.removeEventListener('abort', give)
    reject(new Error('it ended the connection'))
  })
  socket.once('secureConnect', () => {
    try {
      resolve(look(socket))
    } catch (error) {
      reject(error)
    }
    socket.destroy()
  })
  return promise
}
