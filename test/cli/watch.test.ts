import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  createLedger,
  daily,
  days,
  dueTasks,
  hours,
  type Ledger,
  latestRun,
  minutes,
  monthly,
  seconds,
  weekly,
} from '@hubkeeper/core'
import { holderOf, sqliteRecords } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allHubs, loadConfig } from '../../cli/src/config.ts'
import { entriesOf, type TimedCadence } from '../../cli/src/schedule/entries.ts'
import { startCommand } from '../../cli/src/schedule/watch/child.ts'
import { createLook } from '../../cli/src/schedule/watch/due.ts'
import { watchSchedules } from '../../cli/src/schedule/watch/loop.ts'
import { tasks } from '../../functions/tasks.ts'
import { memoryRecords } from '../fakes/memory-records.ts'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'

const timeZone = 'Europe/Berlin'
const kept = [
  { name: 'early', schedule: daily('02:30') },
  { name: 'late', schedule: daily('23:59') },
  { name: 'sunday', schedule: weekly('sunday', '14:15') },
  { name: 'saturday', schedule: monthly(1, 'saturday', '10:00') },
]

/** A watcher over a real ledger, on a clock that is moved by hand; between two looks it passes `stride` ms. */
function simulate(start: string, stride = minutes(1)) {
  let clock = Date.parse(start)
  const now = () => new Date(clock)
  const ledger = createLedger({ records: memoryRecords(), hub: 'hub', timeZone, tasks: kept, now })
  const ran: string[] = []
  const lines: string[] = []
  const controller = new AbortController()

  /** What `run --due` does, but for the work. */
  async function run(cadence: TimedCadence, outcome: 'succeeded' | 'failed' = 'succeeded'): Promise<string> {
    for (const { dueFor, name } of await dueTasks(ledger, kept, cadence, timeZone, now())) {
      if (dueFor === null) continue
      const slot = dueFor.toISOString()
      const claimed = await ledger.claim({ ...claimOf(name, slot), scheduledFor: dueFor })
      if (claimed.kind !== 'claimed') continue
      ran.push(`${name} ${slot}`)
      await claimed.claim.finish(outcome, outcome === 'failed' ? 'failed' : 'ok')
    }
    return outcome
  }
  const claimOf = (task: string, slot: string) => ({ task, slot, run: 'r', owner: 'o', lease: minutes(1) })

  return {
    ledger,
    ran,
    lines,
    now,
    run,
    /** Looks so many times; `jumps` move the clock at these, ms. */
    async watch(length: number, jumps: ReadonlyMap<number, number> = new Map(), runAs = run): Promise<void> {
      let slept = 0
      await watchSchedules(
        {
          now,
          async sleep(ms) {
            slept += 1
            clock += ms - minutes(1) + stride + (jumps.get(slept) ?? 0)
            // Runs end while it sleeps.
            for (let turn = 0; turn < 50; turn++) await Promise.resolve()
            if (slept >= length) controller.abort()
          },
          due: (at) => dueByCadence(ledger, at),
          run: runAs,
          probe: async () => {},
          next: () => 'next',
          say: (text) => lines.push(`${new Date(clock).toISOString()} ${text}`),
        },
        controller.signal,
      )
    },
  }
}

async function dueByCadence(ledger: Ledger, at: Date): Promise<Map<TimedCadence, string[]>> {
  const due = new Map<TimedCadence, string[]>()
  for (const cadence of ['daily', 'weekly', 'monthly'] as const) {
    const found = await dueTasks(ledger, kept, cadence, timeZone, at)
    const works = found.flatMap(({ dueFor, name }) =>
      dueFor === null ? [] : [`${name} ${dueFor.toISOString()}`],
    )
    if (works.length > 0) due.set(cadence, works)
  }
  return due
}

const timesOf = (ran: readonly string[], task: string): string[] =>
  ran.filter((line) => line.startsWith(`${task} `)).map((line) => line.slice(task.length + 1))

describe('a watcher, on a clock that is moved by hand', () => {
  it('runs everything once at its time, over both changes of summer time', async () => {
    for (const start of ['2026-10-23T12:00:00Z', '2027-03-26T12:00:00Z']) {
      const simulation = simulate(start, minutes(5))
      await simulation.ledger.begin()
      await simulation.watch(12 * 24 * 4)
      for (const task of ['early', 'late']) {
        const times = timesOf(simulation.ran, task)
        expect(times, task).toHaveLength(4)
        expect(new Set(times).size).toBe(4)
      }
      expect(timesOf(simulation.ran, 'sunday')).toHaveLength(1)
    }
  })

  it('catches up after a sleep of weeks, each task once, for its latest time', async () => {
    const simulation = simulate('2026-11-25T12:00:00Z')
    await simulation.ledger.begin()
    await simulation.watch(30, new Map([[10, days(20)]]))
    for (const { name, schedule } of kept) {
      const latest = latestRun(schedule, timeZone, simulation.now())?.toISOString()
      expect(timesOf(simulation.ran, name), name).toEqual([latest])
    }
  })

  it('runs nothing twice when the clock goes back', async () => {
    const simulation = simulate('2026-11-25T12:00:00Z', minutes(5))
    await simulation.ledger.begin()
    await simulation.watch(12 * 24 * 3, new Map([[12 * 24, -hours(14)]]))
    expect(new Set(simulation.ran).size).toBe(simulation.ran.length)
    expect(timesOf(simulation.ran, 'early')).toHaveLength(2)
  })

  it('never runs a time twice, and leaves nothing due, however the clock jumps ahead', async () => {
    const jumps = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: days(40) })), {
        maxLength: 5,
      })
      .map((pairs) => new Map(pairs))
    await fc.assert(
      fc.asyncProperty(jumps, async (moves) => {
        const simulation = simulate('2026-10-24T12:00:00Z', minutes(10))
        await simulation.ledger.begin()
        await simulation.watch(160, moves)
        expect(new Set(simulation.ran).size).toBe(simulation.ran.length)
        const last = new Date(simulation.now().getTime() - minutes(10))
        expect([...(await dueByCadence(simulation.ledger, last)).keys()]).toEqual([])
      }),
      { numRuns: 15 },
    )
  })

  it('tries what failed again an hour later, and not every minute', async () => {
    const simulation = simulate('2026-11-25T20:00:00Z')
    await simulation.ledger.begin()
    await simulation.watch(60 * 8, new Map(), (cadence) => simulation.run(cadence, 'failed'))
    const attempts = simulation.lines.filter((line) => line.endsWith('daily: failed'))
    for (const task of ['early', 'late']) expect(timesOf(simulation.ran, task), task).toHaveLength(3)
    expect(attempts).toHaveLength(6)
  })

  it('goes on after a look that failed, and says so once', async () => {
    const simulation = simulate('2026-11-25T12:00:00Z')
    await simulation.ledger.begin()
    const { ledger } = simulation
    let broken = 20
    const controller = new AbortController()
    const lines: string[] = []
    let slept = 0
    await watchSchedules(
      {
        now: simulation.now,
        sleep: async () => {
          slept += 1
          if (slept === 30) controller.abort()
        },
        due: (at) => {
          broken -= 1
          return broken >= 0 ? Promise.reject(new Error('disk I/O error')) : dueByCadence(ledger, at)
        },
        run: async () => '',
        probe: async () => {},
        next: () => '',
        say: (text) => lines.push(text),
      },
      controller.signal,
    )
    expect(lines).toEqual(['cannot tell what is due: disk I/O error'])
    expect(slept).toBe(30)
  })

  it('says at least once an hour that it is there, and no more when nothing happens', async () => {
    const simulation = simulate('2026-11-25T03:00:00Z')
    await simulation.ledger.begin()
    await simulation.watch(60 * 10)
    expect(simulation.lines.filter((line) => line.includes('idle'))).toHaveLength(9)
  })
})

describe('what a watcher starts', () => {
  const script = (code: string): string[] => [process.execPath, '-e', code, '--']

  it('is ended when it hangs, with what it started', async () => {
    const code = `process.on('SIGTERM', () => {}); require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`
    // The pipes close when the last process that has them is gone.
    expect(await startCommand(script(code), 700).ended).toMatch(/^ended after .* because it took longer/)
  })

  it('may crash or say nothing: it is told in one line', async () => {
    expect(await startCommand(script(`process.kill(process.pid, 'SIGSEGV')`), seconds(30)).ended).toMatch(
      /^was ended by SIGSEGV/,
    )
    expect(await startCommand(script(`process.exitCode = 2`), seconds(30)).ended).toMatch(
      /^exit code 2: it said nothing/,
    )
    expect(await startCommand(['/nowhere/node'], seconds(30)).ended).toMatch(/^could not be started: /)
  })

  it('tells of a hub of which nothing ran, and of tasks that could not even begin', async () => {
    const moment = '2026-11-25T12:00:00.000Z'
    const report = {
      ...{ schema: 1, hub: 'a', task: 'run-maintenance', run: 'r', scheduledFor: null, startedAt: moment },
      ...{ finishedAt: moment, status: 'failed', findings: [], figures: [], artifacts: [] },
      error: { code: 'tasks-failed', message: 'of the daily tasks failed: backup', hint: 'see' },
    }
    const run = { schema: 1, status: 'failed', startedAt: moment, finishedAt: moment, reports: [report] }
    const code = `console.log(${JSON.stringify(JSON.stringify(run))}); console.error('error: b: no disk\\nwhat to do: mount it')`
    expect(await startCommand(script(code), seconds(30)).ended).toMatch(
      /^a: of the daily tasks failed: backup, b: no disk, in /,
    )
  })
})

describe('several hubs of which one cannot be looked at', () => {
  it('have their turn all the same, and the one is named, once', async () => {
    const [hub, broken] = [await neglected(), sampleHub()]
    // No ledger can be made there.
    writeFileSync(join(broken.directory, 'state'), '')
    const database = { path: 'knowledge/hub.db', authority: 'offline' }
    const file = join(hub.directory, 'hubkeeper.json')
    writeFileSync(
      file,
      JSON.stringify({ hubs: { broken: { root: broken.directory, database }, hub: { database } } }),
    )
    const hubs = allHubs(await loadConfig(file))
    const lines: string[] = []
    const look = createLook(hubs, entriesOf(hubs, tasks), (text) => lines.push(text))
    for (let i = 0; i < 3; i++) {
      expect((await look(new Date())).get('daily')).toContainEqual(expect.stringMatching(/^hub backup /))
    }
    expect(lines).toEqual([expect.stringMatching(/^cannot tell what is due on broken: /)])

    const { code, err, out } = await hubkeeper(hub.directory, ['run', 'backup', '--json'])
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('error: broken: ') })
    expect(JSON.parse(out)).toMatchObject({ status: 'failed', reports: [{ hub: 'hub', status: 'ok' }] })
  })
})

/** A hub that is kept since two days ago, whose daily tasks never ran. */
async function neglected(): Promise<TestHub> {
  const hub = sampleHub()
  const records = sqliteRecords({ path: join(hub.directory, 'state/ledger.db') })
  const now = () => new Date(Date.now() - days(2))
  await createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks, now }).begin()
  records.close()
  return hub
}

const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')

interface Watcher {
  readonly child: ChildProcess
  out(): string
  /** Waits until it printed this. */
  printed(pattern: RegExp): Promise<void>
}

/** The real command in a process of its own, or below another program. */
function startWatcher(directory: string, below: readonly string[] = []): Watcher {
  const [first = process.execPath, ...rest] = [...below, process.execPath, program, 'watch']
  const child = spawn(first, rest, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return {
    child,
    out: () => text,
    async printed(pattern) {
      while (!pattern.test(text)) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${text}`)
        await setTimeout(50)
      }
    },
  }
}

describe('hubkeeper watch', () => {
  it('catches up, is alone, and ends with 0 when it is asked to', async () => {
    const hub = await neglected()
    const watcher = startWatcher(hub.directory)
    await watcher.printed(/^\S+Z daily: .*hub backup ok/m)
    const second = await hubkeeper(hub.directory, ['watch'])
    expect(second).toMatchObject({ code: 3, err: expect.stringContaining('watched already, by ') })
    expect(second.err).toContain(`:${watcher.child.pid}`)
    const { out } = await hubkeeper(hub.directory, ['schedule', 'show'])
    expect(out).toContain('hubkeeper watch runs it')
    watcher.child.kill('SIGTERM')
    await once(watcher.child, 'close')
    expect(watcher.child.exitCode).toBe(0)
    expect(watcher.out()).toMatch(/asked to end by SIGTERM\n(.*\n)*\S+ ended\n$/)
    expect(holderOf(join(hub.directory, 'state/watch.db'))).toBeNull()
  })

  it('ends within seconds while something runs; that goes on at the next start', async () => {
    const hub = await neglected()
    // A writer that does not end is waited for.
    const records = sqliteRecords({ path: join(hub.directory, 'state/ledger.db') })
    const ledger = createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks, now: () => new Date() })
    await ledger.acquireWriteLease({ owner: 'elsewhere:1', holder: 'a test', lease: minutes(5) })
    records.close()
    const watcher = startWatcher(hub.directory)
    await watcher.printed(/kpi-probe/)
    await setTimeout(seconds(2))
    watcher.child.kill('SIGINT')
    await once(watcher.child, 'close')
    expect(watcher.child.exitCode).toBe(0)
    expect(watcher.out()).toContain('waiting 5 seconds for daily')
    expect(watcher.out()).toContain('daily: stopped; it goes on at the next start')
  })

  it('is free for the next one when it was killed', async () => {
    const hub = sampleHub()
    const first = startWatcher(hub.directory)
    await first.printed(/watching hub/)
    first.child.kill('SIGKILL')
    await once(first.child, 'close')
    const second = startWatcher(hub.directory)
    await second.printed(/watching hub/)
  })
})

const isolate = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
const canIsolate = spawnSync(isolate[0] ?? '', [...isolate.slice(1), 'true']).status === 0

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

const stateOf = (pid: number): string =>
  /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''

describe.skipIf(!canIsolate)('as process 1 of a container (needs the right to unshare processes)', () => {
  it('passes on signals, and waits for processes that lost their parent', async () => {
    const hub = sampleHub()
    // A process whose parent is gone before it ends, as daemons are.
    const orphan = ['sh', '-c', '(sleep 3 &) ; exec "$@"', 'sh']
    const watcher = startWatcher(hub.directory, [...isolate, ...orphan])
    await watcher.printed(/watching hub/)
    const [first = 0] = childrenOf(watcher.child.pid ?? 0)
    expect(readFileSync(`/proc/${first}/comm`, 'utf8').trim()).toBe('sh')
    await setTimeout(seconds(4))
    const states = childrenOf(first).map(stateOf)
    expect(states).toHaveLength(1)
    expect(states).not.toContain('Z')
    process.kill(first, 'SIGTERM')
    await once(watcher.child, 'close')
    expect(watcher.child.exitCode).toBe(0)
    expect(watcher.out()).toMatch(/asked to end by SIGTERM\n(.*\n)*\S+ ended\n$/)
  })
})
