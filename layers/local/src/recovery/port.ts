import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of this machine’s own address that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const closed = once(probe, 'close')
  probe.close()
  await closed
  if (typeof address !== 'object' || address === null) throw new TypeError('a TCP server has an address')
  return address.port
}
