import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import {
  type ConfigInput,
  configSchema,
  type RestoredHub,
  type Start,
  type StartedHub,
} from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import { hubStarter, type LocalHubStarter } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { keeperOf, newMark, signal } from '../../layers/local/src/recovery/marked.ts'
import { startedBy } from '../support/recovery-drill.ts'
import { temporaryDirectory } from '../support/temporary.ts'

type Recovery = NonNullable<ConfigInput['hubs'][string]['recovery']>

const server = join(import.meta.dirname, '../../examples/sample-hub/server.ts')
const sampleServer = ['--no-warnings', server, '--port', '{port}', '--database', '{database}']
const serve: Recovery = { start: [process.execPath, ...sampleServer, '--logs', '{directory}/logs'] }

interface Practice {
  /** Of the real hub. */
  readonly root: string
  /** Elsewhere: a place for programs of the test. */
  readonly elsewhere: string
  starter(recovery?: Recovery): LocalHubStarter
  layOut(starter: LocalHubStarter, files?: Readonly<Record<string, string>>): Promise<RestoredHub>
  start(recovery: Recovery, files?: Readonly<Record<string, string>>): Promise<Start>
  /** A program of the test, run by Node. */
  script(source: string): string[]
}

/** A real hub, and a restored copy of its database. */
function practice(): Practice {
  const [root, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
  createSampleHub({ directory: root, articles: 60, journalMode: 'delete' })
  const restored = temporaryDirectory()
  const { database: path } = createSampleHub({ directory: restored, articles: 60, journalMode: 'delete' })
  const database = { key: 'knowledge/hub.db', path }
  const starter = (recovery?: Recovery): LocalHubStarter => {
    const own = recovery === undefined ? {} : { recovery }
    const searchIndex = { files: ['knowledge/search_index/*.json'] }
    const { hub } = configSchema.parse({
      hubs: { hub: { database: { path: database.key }, searchIndex, ...own } },
    }).hubs
    if (hub === undefined) throw new Error('there is no hub')
    const scratch = join(root, 'state/scratch')
    const made = hubStarter({ root, hub, backupsRoot: root, scratch, client: httpHub() })
    onTestFinished(() => made.close())
    return made
  }
  const layOut: Practice['layOut'] = (made, files = {}) =>
    made.layOut({
      database,
      files: Object.entries(files).map(([key, text], i) => {
        writeFileSync(join(restored, `file-${i}`), text)
        return { key, path: join(restored, `file-${i}`), mode: 0o640 }
      }),
    })
  return {
    root,
    elsewhere,
    starter,
    layOut,
    async start(recovery, files) {
      const made = starter(recovery)
      return made.start(await layOut(made, files))
    },
    script(source) {
      const program = join(elsewhere, `program-${readdirSync(elsewhere).length}.mjs`)
      writeFileSync(program, source)
      return [process.execPath, program]
    },
  }
}

function started(start: Start): StartedHub {
  if (start.state !== 'started') throw new Error(JSON.stringify(start))
  return start.hub
}

/** Processes of the hubs that this process has started. */
const ours = (): Promise<number[]> => startedBy(process.pid)

const healthy = `
import { createServer } from 'node:http'
createServer((_, response) => response.end('{"status":"healthy"}')).listen(process.env.PORT, '127.0.0.1')
`

describe('a hub that starts on restored data', () => {
  it('answers from them, on a port of its own, and is gone once it is stopped', async () => {
    const { layOut, root, starter } = practice()
    const made = starter(serve)
    const restored = await layOut(made, { 'config/hub.json': '{}', 'requirements.txt': 'fastapi==1\n' })
    new DatabaseSync(join(root, 'knowledge/hub.db')).exec('DELETE FROM articles')
    const hub = started(await made.start(restored))
    const response = await fetch(`${hub.baseUrl}/api/v1/search?q=lamp`)
    expect(JSON.parse(await response.text()).results.length).toBeGreaterThan(0)
    expect(hub.health.verdict).toBe('healthy')
    expect(readFileSync(join(restored.directory, 'config/hub.json'), 'utf8')).toBe('{}')
    expect(existsSync(join(restored.directory, 'logs/server.log'))).toBe(true)
    await hub.stop()
    await hub.stop()
    expect(await ours()).toEqual([])
    await expect(fetch(hub.baseUrl)).rejects.toThrow()
    await made.discard(restored)
    expect(existsSync(restored.directory)).toBe(false)
  })

  it('finds what it was given in its environment, and nothing of ours that leads anywhere', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'verysecret'
    process.env.DATABASE_URL = 'sqlite:////srv/hub/hub.db'
    onTestFinished(() => {
      delete process.env.AWS_SECRET_ACCESS_KEY
      delete process.env.DATABASE_URL
    })
    const { layOut, script, starter } = practice()
    const tell = `import { writeFileSync } from 'node:fs'\nwriteFileSync('environment.json', JSON.stringify(process.env))`
    const start = script(`${tell}${healthy}`)
    const made = starter({ start, environment: { DB: 'sqlite:///{database}', WHERE: '{directory}:{port}' } })
    const restored = await layOut(made)
    const hub = started(await made.start(restored))
    const environment = JSON.parse(readFileSync(join(restored.directory, 'environment.json'), 'utf8'))
    const { port } = new URL(hub.baseUrl)
    expect(environment).toMatchObject({
      DB: `sqlite:///${restored.database}`,
      WHERE: `${restored.directory}:${port}`,
      PORT: port,
      HOME: restored.directory,
      PATH: process.env.PATH,
    })
    expect(Object.keys(environment).filter((name) => /AWS|DATABASE/.test(name))).toEqual([])
  })

  it('ends with everything it started, also with what left its process group or does not want to', async () => {
    const { script, start } = practice()
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`
    const source = `
import { spawn } from 'node:child_process'
for (const detached of [false, true]) {
  spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached, stdio: 'inherit' }).unref()
}
${healthy}`
    const hub = started(await start({ start: script(source) }))
    expect(await ours()).toHaveLength(3)
    await hub.stop()
    expect(await ours()).toEqual([])
  })

  it('may stay degraded: then it is up, and says so', async () => {
    const { script, start } = practice()
    const hub = started(await start({ start: script(healthy.replace('"healthy"', '"degraded"')) }))
    expect(hub.health.verdict).toBe('degraded')
  })

  it('ends with the run that closes it, and leaves nothing behind', async () => {
    const { layOut, root, starter } = practice()
    const made = starter(serve)
    started(await made.start(await layOut(made)))
    await made.close()
    expect(await ours()).toEqual([])
    expect(readdirSync(join(root, 'state/scratch'))).toEqual([])
  })
})

describe('a hub that does not start', () => {
  it('and ends is told of by its last words', async () => {
    const { script, start } = practice()
    const source = `console.log('loading'); console.error('\\u001b[31mno such table: articles\\u001b[0m'); process.exit(3)`
    expect(await start({ start: script(source) })).toEqual({
      state: 'failed',
      reason: 'it ended with code 3 before it was healthy',
      output: ['loading', 'no such table: articles'],
    })
  })

  it('has its last lines kept, however much it prints', async () => {
    const { script, start } = practice()
    const source = `for (let i = 1; i <= 20000; i++) console.log('line ' + i)`
    const failed = await start({ start: script(source) })
    expect(failed).toMatchObject({ reason: expect.stringContaining('stays in the foreground') })
    expect('output' in failed && failed.output).toHaveLength(20)
    expect('output' in failed && failed.output.at(-1)).toBe('line 20000')
  })

  it('and leaves a process behind has that ended as well', async () => {
    const { script, start } = practice()
    const source = `
import { spawn } from 'node:child_process'
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref()
process.exit(0)`
    expect(await start({ start: script(source) })).toMatchObject({ state: 'failed' })
    expect(await ours()).toEqual([])
  })

  it('as there is no such program', async () => {
    const { start } = practice()
    expect(await start({ start: ['no-such-hub', '{port}'] })).toMatchObject({
      state: 'failed',
      reason: 'no-such-hub cannot be run: there is no such program',
    })
  })

  it('as it answers that it is unhealthy', async () => {
    const { script, start } = practice()
    const source = healthy.replace(
      '{"status":"healthy"}',
      '{"status":"unhealthy","checks":{"database":{"status":"down","error":"no such table"}}}',
    )
    expect(await start({ start: script(source), timeoutSeconds: 2 })).toMatchObject({
      state: 'failed',
      reason: '/health was not healthy within 2.0 s: HTTP 200, unhealthy; database is down: no such table',
    })
    expect(await ours()).toEqual([])
  })

  it('as it redirects: where to may be the real hub', async () => {
    const { script, start } = practice()
    const source = healthy.replace(
      `response.end('{"status":"healthy"}')`,
      `response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()`,
    )
    expect(await start({ start: script(source), timeoutSeconds: 1 })).toMatchObject({
      reason: expect.stringContaining('HTTP 302 to http://127.0.0.1:1/'),
    })
  })

  it('as no command is configured', async () => {
    const { starter } = practice()
    expect(starter().unavailable).toBe('no start command is configured (recovery.start)')
  })
})

describe('the real hub', () => {
  it.each([
    ['its database', (root: string) => ['--database', join(root, 'knowledge/hub.db')]],
    ['its directory in a word', (root: string) => [`--url=sqlite:///${root}/knowledge/other.db?mode=ro`]],
    ['a way out of the restored directory', () => ['--database', '../../../knowledge/hub.db']],
    [
      'a link to it',
      (root: string, elsewhere: string) => {
        symlinkSync(join(root, 'knowledge/hub.db'), join(elsewhere, 'link.db'))
        return [`--database=${join(elsewhere, 'link.db')}`]
      },
    ],
  ])('is never named in an argument: %s', async (_, args) => {
    const { elsewhere, root, script, start } = practice()
    const touch = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(join(elsewhere, 'ran'))}, '')`
    const command = [...script(touch), ...args(root, elsewhere)]
    expect(await start({ start: command })).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/^it was not started: an argument leads to the real hub: \//),
    })
    expect(existsSync(join(elsewhere, 'ran'))).toBe(false)
  })

  it('is never named in a variable', async () => {
    const { root, script, start } = practice()
    expect(await start({ start: script(healthy), environment: { HUB: root } })).toMatchObject({
      reason: `it was not started: HUB leads to the real hub: ${root}`,
    })
  })

  it('is never named in a restored configuration; in what is content it may be', async () => {
    const { root, script, start } = practice()
    const text = JSON.stringify({ database: join(root, 'knowledge/hub.db') })
    expect(await start({ start: script(healthy) }, { 'config/hub.json': text })).toMatchObject({
      reason: `it was not started: config/hub.json leads to the real hub: it names ${root}`,
    })
    started(await start({ start: script(healthy) }, { 'knowledge/search_index/a.json': text }))
    const neighbour = JSON.stringify({ database: `${root}-demo/hub.db` })
    started(await start({ start: script(healthy) }, { 'config/hub.json': neighbour }))
  })

  it('may be what the program lies in, and a neighbour may have a longer name', async () => {
    const { root, script, starter, layOut } = practice()
    mkdirSync(join(root, 'bin'))
    symlinkSync(process.execPath, join(root, 'bin/node'))
    const [, program = ''] = script(healthy)
    const made = starter({ start: [join(root, 'bin/node'), program, `--other=${root}-demo/hub.db`] })
    started(await made.start(await layOut(made)))
  })

  it('is not opened for long by a hub that goes there by itself', async () => {
    const { root, script, start } = practice()
    const source = `import { openSync } from 'node:fs'\nopenSync(${JSON.stringify(join(root, 'knowledge/hub.db'))}, 'r')${healthy}`
    expect(await start({ start: script(source) })).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^it opened the real hub’s .*hub\.db and was ended at once$/),
    })
    expect(await ours()).toEqual([])
  })

  it('is seen to be opened later as well', async () => {
    const { root, script, start } = practice()
    const path = JSON.stringify(join(root, 'knowledge/hub.db'))
    const source = `import { openSync } from 'node:fs'
import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url !== '/health') openSync(${path}, 'r')
  response.end('ok')
}).listen(process.env.PORT, '127.0.0.1')`
    const hub = started(await start({ start: script(source) }))
    expect(await hub.strayed()).toBeNull()
    await fetch(`${hub.baseUrl}/search`)
    expect(await hub.strayed()).toMatch(/knowledge\/hub\.db$/)
  })

  it('is not what a hub is started on', async () => {
    const { root, starter } = practice()
    const real = { directory: root, database: join(root, 'knowledge/hub.db') }
    expect(await starter(serve).start(real)).toMatchObject({
      reason: expect.stringContaining('is not on scratch disk'),
    })
  })

  it('gives no file a place outside the restored directory', async () => {
    const { layOut, starter } = practice()
    await expect(layOut(starter(serve), { '../../escaped': 'x' })).rejects.toMatchObject({
      code: 'key-refused',
    })
  })
})

/** A process that has started a hub and waits; with the ids of the hub’s processes. */
async function keeper(): Promise<{ pid: number; hub: () => Promise<number[]> }> {
  const [root, restored] = [temporaryDirectory(), temporaryDirectory()]
  const { database } = createSampleHub({ directory: restored, articles: 60, journalMode: 'delete' })
  const worker = join(import.meta.dirname, 'workers/keeper-worker.ts')
  const child = spawn(process.execPath, ['--no-warnings', worker, root, database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [said] = await once(createInterface({ input: child.stdout }), 'line')
  expect(said).toBe('started')
  const pid = child.pid ?? 0
  return { pid, hub: () => startedBy(pid) }
}

describe('a keeper that is killed', () => {
  it('takes the hub with it', async () => {
    const { hub, pid } = await keeper()
    expect(await hub()).toHaveLength(1)
    signal(pid, 'SIGKILL')
    while ((await hub()).length > 0) await setTimeout(20)
  })

  it('with its guardian leaves a hub that the next test ends', async () => {
    const { hub, pid } = await keeper()
    const [server = 0] = await hub()
    const guardian = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${server}/status`, 'utf8'))?.[1])
    signal(guardian, 'SIGKILL')
    signal(pid, 'SIGKILL')
    while (existsSync(`/proc/${pid}/stat`)) await setTimeout(20)
    expect(await hub()).toEqual([server])
    const { layOut, starter } = practice()
    await layOut(starter(serve))
    while ((await hub()).length > 0) await setTimeout(20)
  })

  it('is told from another one of another machine', () => {
    expect(keeperOf(newMark())).toBe(process.pid)
    expect(keeperOf('elsewhere/1/x')).toBeNull()
  })
})
