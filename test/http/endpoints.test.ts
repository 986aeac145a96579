import { createServer as createHttp, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type Server as TcpServer } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import { days } from '@hubkeeper/core'
import { httpEndpoints } from '@hubkeeper/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { selfSigned } from './support/certificates.ts'

const endpoints = httpEndpoints()
const patience = 5000

/** Listens on loopback until the test is over; gives the port. */
async function portOf(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A server that shakes hands and says nothing. */
const silentTls = (options: TlsOptions): Promise<number> =>
  portOf(createTls(options, (socket) => socket.on('error', () => {})))

describe('an endpoint over TLS', () => {
  it('is told with whose certificate it is, for how long, and why a client would not trust it', async () => {
    const from = new Date('2026-01-02T03:04:05Z')
    const to = new Date('2099-01-02T03:04:05Z')
    const port = await silentTls(selfSigned(temporaryDirectory(), { from, to }))
    expect(await endpoints.tls(`https://127.0.0.1:${port}/`, patience)).toEqual({
      kind: 'tls',
      protocol: 'TLSv1.3',
      olderProtocols: [],
      untriedProtocols: [],
      subject: 'O=Hub Ltd, CN=hub',
      issuer: 'O=Hub Ltd, CN=hub',
      validFrom: from,
      validTo: to,
      distrust: 'it signed itself',
    })
  })

  it('that has expired is looked at all the same', async () => {
    const to = new Date(Date.now() - days(2))
    const port = await silentTls(
      selfSigned(temporaryDirectory(), { from: new Date(Date.now() - days(9)), to }),
    )
    const seen = await endpoints.tls(`https://127.0.0.1:${port}`, patience)
    expect(seen).toMatchObject({ kind: 'tls', distrust: 'it has expired' })
    expect(seen.kind === 'tls' && seen.validTo.getTime() < Date.now()).toBe(true)
  })

  it('whose certificate is for another name is told so as well', async () => {
    const port = await silentTls(selfSigned(temporaryDirectory()))
    const seen = await endpoints.tls(`https://127.0.0.2:${port}`, patience)
    // Nothing but loopback of Linux answers there.
    if (seen.kind !== 'tls') return
    expect(seen.distrust).toBe('it signed itself; it is not for 127.0.0.2')
  })

  it('that agrees to older protocols besides is told with them', async () => {
    const port = await silentTls({
      ...selfSigned(temporaryDirectory()),
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect(await endpoints.tls(`https://127.0.0.1:${port}`, patience)).toMatchObject({
      protocol: 'TLSv1.3',
      olderProtocols: ['TLSv1', 'TLSv1.1'],
    })
  })

  it('that knows nothing but an old one is seen by it', async () => {
    const port = await silentTls({
      ...selfSigned(temporaryDirectory()),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect(await endpoints.tls(`https://127.0.0.1:${port}`, patience)).toMatchObject({
      kind: 'tls',
      protocol: 'TLSv1',
      olderProtocols: [],
      untriedProtocols: [],
    })
  })

  it.each([
    ['speaks HTTP alone', () => portOf(createHttp()), 'broken', 'does not speak it'],
    ['hangs up', () => portOf(createTcp((socket) => socket.destroy())), 'broken', 'does not agree on TLS'],
  ])('that %s is silence with a reason', async (_, listen, kind, detail) => {
    const seen = await endpoints.tls(`https://127.0.0.1:${await listen()}`, patience)
    expect(seen).toMatchObject({ kind, detail: expect.stringContaining(detail) })
  })

  it('that never answers is given up in time', async () => {
    const port = await portOf(createTcp((socket) => socket.on('error', () => {})))
    expect(await endpoints.tls(`https://127.0.0.1:${port}`, 100)).toMatchObject({ kind: 'timeout' })
  })

  it('where nothing listens is refused', async () => {
    expect(await endpoints.tls('https://127.0.0.1:1', patience)).toMatchObject({ kind: 'refused' })
  })

  it('that is reached over HTTP has none', async () => {
    expect(await endpoints.tls('http://127.0.0.1:1', patience)).toMatchObject({
      kind: 'broken',
      detail: 'http://127.0.0.1:1 is reached without TLS',
    })
  })
})

describe('the head of an answer', () => {
  it('is read as it is: no redirect is followed, whatever the certificate', async () => {
    const asked: string[] = []
    const server = createHttps(selfSigned(temporaryDirectory()), ({ method, url }, response) => {
      asked.push(`${method} ${url}`)
      response
        .writeHead(302, {
          location: '/elsewhere',
          'Strict-Transport-Security': 'max-age=1',
          'x-two': ['a', 'b'],
        })
        .end()
    })
    const seen = await endpoints.headers(`https://127.0.0.1:${await portOf(server)}/admin`, patience)
    expect(seen).toMatchObject({
      kind: 'headers',
      status: 302,
      headers: { location: '/elsewhere', 'strict-transport-security': 'max-age=1', 'x-two': 'a, b' },
    })
    expect(asked).toEqual(['GET /admin'])
  })

  it('tells of a cookie all but its value', async () => {
    const server = createHttp((_, response) => {
      response.writeHead(200, { 'set-cookie': ['sid=s3cr3t==; Path=/; HttpOnly', 'theme=dark'] }).end()
    })
    const seen = await endpoints.headers(`http://127.0.0.1:${await portOf(server)}`, patience)
    expect(seen).toMatchObject({ headers: { 'set-cookie': 'sid=…; Path=/; HttpOnly, theme=…' } })
  })

  it('is enough: a body without end is not waited for', async () => {
    const server = createHttp((_, response) => {
      response.writeHead(200, { 'x-frame-options': 'DENY' }).write('x')
    })
    const seen = await endpoints.headers(`http://127.0.0.1:${await portOf(server)}`, patience)
    expect(seen).toMatchObject({ kind: 'headers', status: 200, headers: { 'x-frame-options': 'DENY' } })
  })

  it('that never comes is given up in time; somebody is there all the same', async () => {
    const port = await portOf(createHttp(() => {}))
    expect(await endpoints.headers(`http://127.0.0.1:${port}`, 100)).toMatchObject({
      kind: 'broken',
      detail: expect.stringContaining(`127.0.0.1:${port} takes connections, and did not answer within`),
    })
  })

  it('is asked for without the credentials that a URL names', async () => {
    let asked: IncomingHttpHeaders = {}
    const server = createHttp(({ headers }, response) => {
      asked = headers
      response.end()
    })
    await endpoints.headers(`http://somebody:secret@127.0.0.1:${await portOf(server)}/`, patience)
    expect(asked).toMatchObject({ 'user-agent': 'hubkeeper' })
    expect(asked).not.toHaveProperty('authorization')
  })

  it('that is larger than a head may be is no answer', async () => {
    const server = createHttp((_, response) => {
      response.writeHead(200, { 'x-large': 'x'.repeat(100_000) }).end()
    })
    const seen = await endpoints.headers(`http://127.0.0.1:${await portOf(server)}`, patience)
    expect(seen).toMatchObject({ kind: 'broken', detail: expect.stringContaining('HPE_HEADER_OVERFLOW') })
  })
})
