import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { HubClient, HubRequest } from '@hubkeeper/core'
import { describe, expect, it, onTestFinished } from 'vitest'

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return `http://127.0.0.1:${address.port}`
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener))

/** What every client of hubs does. */
export function hubClientContract(name: string, makeClient: () => HubClient): void {
  describe(`${name}, asking a hub`, () => {
    const client = makeClient()
    const ask = (url: string, changes: Partial<HubRequest> = {}) =>
      client.get({ url, timeout: 2000, maxBytes: 100_000, followRedirects: false, ...changes })

    it('gives status, body, type and time of any answer', async () => {
      const url = await serve((_, response) =>
        response.writeHead(500, { 'content-type': 'text/plain' }).end('no'),
      )
      expect(await ask(url)).toMatchObject({
        kind: 'answer',
        status: 500,
        body: 'no',
        contentType: 'text/plain',
      })
    })

    it('says that nothing listens', async () => {
      expect(await ask('http://127.0.0.1:1/')).toMatchObject({
        kind: 'refused',
        detail: 'nothing listens at 127.0.0.1:1',
      })
    })

    it('says that there is no such host', async () => {
      expect(await ask('http://hub.invalid/')).toMatchObject({ kind: 'unreachable' })
    })

    it('waits no longer than its timeout, for the answer and for the rest of its body', async () => {
      const silent = await serve(() => {})
      expect(await ask(silent, { timeout: 100 })).toMatchObject({
        kind: 'timeout',
        detail: expect.stringContaining('within 100 ms'),
      })
      const stalled = await serve((_, response) => response.writeHead(200).write('first half'))
      expect(await ask(stalled, { timeout: 100 })).toMatchObject({ kind: 'timeout' })
    })

    it('reads no more than its limit, of a large body and of an endless one', async () => {
      const large = await serve((_, response) => response.end('x'.repeat(50_000_000)))
      expect(await ask(large)).toMatchObject({
        kind: 'too-large',
        detail: expect.stringContaining('97.7 KiB'),
      })
      const endless = await serve((_, response) => {
        const timer = setInterval(() => response.write('x'.repeat(10_000)), 1)
        response.on('close', () => clearInterval(timer))
      })
      expect(await ask(endless)).toMatchObject({ kind: 'too-large' })
    })

    it('does not follow redirects, and tells where they lead', async () => {
      const url = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
      expect(await ask(url)).toMatchObject({ kind: 'answer', status: 302, location: '/elsewhere' })
    })

    it('follows them when asked to, but not for ever', async () => {
      const url = await serve((request, response) => {
        if (request.url === '/there') response.end('arrived')
        else response.writeHead(302, { location: request.url === '/' ? '/there' : '/loop' }).end()
      })
      expect(await ask(url, { followRedirects: true })).toMatchObject({ status: 200, body: 'arrived' })
      expect(await ask(`${url}/loop`, { followRedirects: true })).toMatchObject({
        kind: 'answer',
        status: 302,
      })
    })

    it('says that a connection broke, and that what answers is no HTTP', async () => {
      const reset = await serve((request) => request.socket.destroy())
      expect(await ask(reset)).toMatchObject({ kind: 'broken' })
      const other = await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')))
      expect(await ask(other)).toMatchObject({ kind: 'broken' })
    })
  })
}
