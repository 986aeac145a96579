import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  mebibytes,
  parseConfig,
  readTexts,
  type SearchedText,
  type SecretTexts,
  searchedBytes,
  type UnsearchedText,
} from '@hubkeeper/core'
import { localTexts } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const isRoot = process.getuid?.() === 0

function write(root: string, key: string, body: string | Uint8Array): void {
  mkdirSync(dirname(join(root, key)), { recursive: true })
  writeFileSync(join(root, key), body)
}

const hubOf = (settings: object) =>
  parseConfig(
    JSON.stringify({ hubs: { hub: { database: { path: 'hub.db' }, ...settings } } }),
    'hubkeeper.json',
  ).hubs.hub

function textsIn(root: string, settings: object = {}): SecretTexts {
  const hub = hubOf(settings)
  if (hub === undefined) throw new Error('no hub')
  return localTexts({ root, hub, own: [join(root, 'scratch')] })
}

async function all(texts: SecretTexts): Promise<(SearchedText | UnsearchedText)[]> {
  const found: (SearchedText | UnsearchedText)[] = []
  for await (const text of texts.texts()) found.push(text)
  return found
}

/** Place and text, or why there is none. */
const told = async (texts: SecretTexts): Promise<string[]> =>
  (await all(texts)).map((one) => `${one.place}: ${one.state === 'read' ? one.text : one.reason}`).sort()

describe('the configuration of a hub on this machine', () => {
  it('is what the globs match, with names that begin with a dot; nothing of Hubkeeper’s own', async () => {
    const root = temporaryDirectory()
    write(root, '.env', 'A=1')
    write(root, '.env.production', 'B=1')
    write(root, 'deploy/hub.env', 'C=1')
    write(root, 'deploy/.env', 'G=1')
    write(root, 'config/deep/hub.yaml', 'd: 1')
    write(root, 'config/.hidden', 'e: 1')
    write(root, 'config/empty', '')
    write(root, 'config/picture.png', Buffer.from([137, 80, 0, 0, 1]))
    write(root, 'config/utf16.ini', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('f=1', 'utf16le')]))
    write(root, 'readme.md', 'no')
    write(root, 'backups/1/files/.env', 'no')
    write(root, 'scratch/x.env', 'no')
    write(root, 'node_modules/x/y.env', 'no')
    expect(await told(textsIn(root))).toEqual([
      '.env.production: B=1',
      '.env: A=1',
      'config/.hidden: e: 1',
      'config/deep/hub.yaml: d: 1',
      'config/utf16.ini: f=1',
      'deploy/.env: G=1',
      'deploy/hub.env: C=1',
    ])
  })

  it('is read with zeros in it, and as UTF-16 that does not say so; pictures are not', async () => {
    const root = temporaryDirectory()
    write(root, 'config/a.env', Buffer.from('A=1\0\nPASSWORD=x\n'))
    write(root, 'config/b.ini', Buffer.from('b=123456\n', 'utf16le'))
    write(root, 'config/c.bin', Buffer.from([0, 1, 2, 0xff, 0xfe, 0, 65, 66]))
    write(root, 'config/d.db', Buffer.from(`SQLite format 3\0${'\0'.repeat(80)}`))
    expect(await told(textsIn(root))).toEqual([
      'config/a.env: A=1\0\nPASSWORD=x\n',
      'config/b.ini: b=123456\n',
    ])
  })

  it('is read through links within the hub, and never through one that leads out', async () => {
    const outside = temporaryDirectory()
    write(outside, 'shadow', 'root:x')
    const root = temporaryDirectory()
    write(root, 'shared/hub.yaml', 'a: 1')
    mkdirSync(join(root, 'config'))
    symlinkSync('../shared/hub.yaml', join(root, 'config/hub.yaml'))
    symlinkSync('nowhere', join(root, 'config/dangling'))
    symlinkSync('../shared', join(root, 'config/shared'))
    symlinkSync(join(outside, 'shadow'), join(root, 'config/shadow'))
    symlinkSync(outside, join(root, 'config/outside'))
    expect(await told(textsIn(root))).toEqual([
      'config/hub.yaml: a: 1',
      'config/outside: it is a link out of the hub’s directory',
      'config/shadow: it is a link out of the hub’s directory',
      'config/shared: it is a link to a directory, which is not followed',
    ])
  })

  it.skipIf(isRoot)('says what this user may not read', async () => {
    const root = temporaryDirectory()
    write(root, 'config/closed.yaml', 'a: 1')
    write(root, 'config/closed/hub.yaml', 'a: 1')
    chmodSync(join(root, 'config/closed.yaml'), 0)
    chmodSync(join(root, 'config/closed'), 0)
    onTestFinished(() => chmodSync(join(root, 'config/closed'), 0o700))
    const [folder, file] = await told(textsIn(root))
    expect(file).toMatch(/^config\/closed.yaml: cannot read .*EACCES/)
    expect(folder).toMatch(/^config\/closed: this user may not look into it/)
  })
})

describe('the logs of a hub on this machine', () => {
  const settings = { logs: { files: ['logs/*.log'] } }

  it('are searched with the rotated and the compressed ones', async () => {
    const root = temporaryDirectory()
    write(root, 'logs/hub.log', 'now')
    write(root, 'logs/hub.log.2026-11-01', 'before')
    write(root, 'logs/hub.log.2026-10-01.gz', gzipSync('long before'))
    expect(await told(textsIn(root, settings))).toEqual([
      'logs/hub.log.2026-10-01.gz: long before',
      'logs/hub.log.2026-11-01: before',
      'logs/hub.log: now',
    ])
  })

  it('of which a damaged one is told, and the others are searched', async () => {
    const root = temporaryDirectory()
    write(root, 'logs/hub.log', 'now')
    write(root, 'logs/hub.log.2026-10-01.gz', gzipSync('long before').subarray(0, 20))
    expect(await told(textsIn(root, settings))).toEqual([
      expect.stringMatching(/^logs\/hub.log.2026-10-01.gz: .*cannot be decompressed/),
      'logs/hub.log.2026-10-01.gz: long befo',
      'logs/hub.log: now',
    ])
  })

  it('are left alone where the hub says so', async () => {
    const root = temporaryDirectory()
    write(root, 'logs/hub.log', 'now')
    expect(await told(textsIn(root, { ...settings, audit: { secrets: { logs: false } } }))).toEqual([])
  })
})

describe('a large text', () => {
  async function* chunksOf(total: number, line: string): AsyncGenerator<Uint8Array> {
    const chunk = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)))
    for (let sent = 0; sent < total; sent += chunk.length) yield chunk
  }

  async function piecesOf(kind: 'config' | 'log', chunks: AsyncIterable<Uint8Array>, maxBytes?: number) {
    const pieces: (SearchedText | UnsearchedText)[] = []
    const limit = maxBytes === undefined ? {} : { maxBytes }
    for await (const piece of readTexts({ place: 'x', kind, chunks, ...limit })) pieces.push(piece)
    return pieces
  }

  it('comes in pieces of whole lines, which say with which line they begin', async () => {
    let lines = 0
    for (const piece of await piecesOf('log', chunksOf(mebibytes(5), 'one line of é\n'))) {
      if (piece.state === 'unread') throw new Error(piece.reason)
      expect(piece.text.length).toBeLessThanOrEqual(2 * mebibytes(1))
      expect(piece.text.endsWith('é\n')).toBe(true)
      expect(piece.firstLine).toBe(lines + 1)
      lines += piece.text.split('\n').length - 1
    }
    expect(lines).toBeGreaterThan(350_000)
  })

  it('without lines is cut between words', async () => {
    const [first] = await piecesOf('config', chunksOf(mebibytes(3), '"a": 12345,'))
    expect(first?.state === 'read' && first.text.endsWith(',')).toBe(true)
  })

  it('is searched up to a limit, which is told', async () => {
    const pieces = await piecesOf('config', chunksOf(mebibytes(3), 'a\n'), mebibytes(2))
    const length = pieces.reduce((sum, piece) => sum + (piece.state === 'read' ? piece.text.length : 0), 0)
    expect(length).toBe(mebibytes(2))
    expect(pieces.at(-1)).toMatchObject({ state: 'unread', reason: 'only its first 2.0 MiB were searched' })
    expect(searchedBytes.log).toBeGreaterThan(searchedBytes.config)
  })

  it('is never cut within a private key', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${'x'.repeat(mebibytes(1) - 100)}\n-----BEGIN A-----\n`)
      yield Buffer.from(`${'k'.repeat(60)}\n`.repeat(20))
      yield Buffer.from(`-----END A-----\n${'y\n'.repeat(mebibytes(1))}`)
    }
    const [, second] = await piecesOf('log', chunks())
    expect(second?.state === 'read' && second.text.startsWith('-----BEGIN A-----\nkkk')).toBe(true)
  })
})

describe('the environment of a hub’s services', () => {
  async function start(variables: Readonly<Record<string, string>>): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1000)'], {
      env: variables,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    return child
  }

  it.runIf(process.platform === 'linux')('is one variable a line, of the running process', async () => {
    const root = temporaryDirectory()
    const child = await start({ DB_PASSWORD: 'it is\nhere', PORT: '1' })
    write(root, 'hub.pid', `${child.pid}\n`)
    const services = [{ name: 'hub', pidFile: join(root, 'hub.pid') }]
    expect(await all(textsIn(root, { services }))).toEqual([
      {
        state: 'read',
        place: 'hub',
        kind: 'environment',
        text: 'DB_PASSWORD=it is\\nhere\nPORT=1',
        firstLine: 1,
      },
    ])
  })

  it('is told to be missing where nothing runs, or nothing says which process it is', async () => {
    const root = temporaryDirectory()
    const services = [
      { name: 'gone', pidFile: join(root, 'none.pid') },
      { name: 'somewhere', port: 1 },
    ]
    expect(await told(textsIn(root, { services }))).toEqual([
      'gone: it does not run',
      expect.stringMatching(/^somewhere: a port does not tell/),
    ])
  })
})
