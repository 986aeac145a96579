import { once } from 'node:events'
import { hours, hubSchema, type Run, runSchema, type TaskEnding, type TaskRunner } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { failureOf, windowFinding } from '../../functions/run-maintenance/findings.ts'
import { runMaintenance } from '../../functions/run-maintenance/task.ts'
import { hubkeeper } from '../support/cli.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { begin, keptSince, lock, recordsOf, reportsOf, stubbornApi } from './support/cadence.ts'

const hasty = { database: { lockTimeoutSeconds: 0.3 } }

/** Runs the command with `--json`, and gives its run with exit code and what it told people. */
async function run(hub: TestHub, args: readonly string[]) {
  const { code, err, out } = await hubkeeper(hub.directory, ['run', ...args, '--json'])
  const document: Run = runSchema.parse(JSON.parse(out))
  const tasks = document.reports.map(({ task }) => task)
  const last = document.reports.at(-1)
  const ending = (task: string) =>
    last?.findings.find(({ check, subject }) => check === 'tasks.succeeded' && subject === task)
  return { code, err, document, tasks, last, ending }
}

const ago = (ms: number): Date => new Date(Date.now() - ms)

describe('a cadence in one go', () => {
  it('runs its tasks in the order of the registry, then says how all of them went', async () => {
    const hub = sampleHub()
    const { code, document, last, tasks } = await run(hub, ['daily'])
    expect(code).toBe(0)
    expect(tasks.at(-1)).toBe('run-maintenance')
    expect(tasks.filter((task) => task === 'backup' || task === 'health-check')).toEqual([
      'backup',
      'health-check',
    ])
    const begun = document.reports.slice(0, -1).map(({ startedAt }) => startedAt)
    expect(begun).toEqual(begun.toSorted())
    expect(last?.findings.map(({ check, status, subject }) => `${check} ${subject} ${status}`)).toEqual([
      ...tasks.slice(0, -1).map((task) => `tasks.succeeded ${task} ok`),
      'cadence.window daily ok',
    ])
    expect(last?.figures.map(({ subject }) => subject)).toEqual(tasks.slice(0, -1))
  })

  it('goes on past a task that failed, and tells at the end', async () => {
    const hub = sampleHub()
    hub.configure(hasty)
    lock(hub)
    const { code, ending, last, tasks } = await run(hub, ['daily'])
    expect(code).toBe(3)
    expect(tasks).toContain('health-check')
    expect(ending('backup')).toMatchObject({ status: 'critical', actual: expect.stringContaining('locked') })
    expect(ending('health-check')).toMatchObject({ status: 'ok' })
    expect(last).toMatchObject({
      status: 'failed',
      error: { code: 'tasks-failed', message: 'of the daily tasks failed: backup' },
    })
  })

  it('changes nothing as a dry run', async () => {
    const hub = sampleHub()
    const { last, tasks } = await run(hub, ['daily', '--dry-run'])
    expect(last).toMatchObject({ status: 'ok', error: null })
    expect(tasks).toContain('backup')
    expect(reportsOf(hub, 'backup')).toEqual([])
    expect(await recordsOf(hub, 'run-maintenance')).toEqual([])
  })

  it('for a scheduled time runs once', async () => {
    const hub = sampleHub()
    const args = ['daily', '--scheduled', '2026-11-24T04:30:00Z']
    expect((await run(hub, args)).tasks).toContain('backup')
    expect((await hubkeeper(hub.directory, ['run', ...args])).out).toContain(
      'run-maintenance for daily-2026-11-24T04:30:00.000Z already succeeded',
    )
    expect(await recordsOf(hub, 'backup')).toMatchObject([{ scheduledFor: '2026-11-24T04:30:00.000Z' }])
  })

  it('and another at the same time never write at once', async () => {
    const hub = sampleHub({ articles: 300 })
    const both = await Promise.all([run(hub, ['daily']), run(hub, ['weekly'])])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const writers = ['backup', 'database-maintenance', 'cleanup', 'log-rotation'].flatMap((task) =>
      reportsOf(hub, task),
    )
    const spans = writers.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    for (const [i, { finishedAt }] of spans.entries()) {
      const next = spans[i + 1]
      if (next !== undefined) expect(finishedAt <= next.startedAt).toBe(true)
    }
  })
})

describe('a cadence that stopped', () => {
  it('is not done for a scheduled time by a run that pretends another moment', async () => {
    const hub = sampleHub()
    const args = ['daily', '--scheduled', '2026-11-24T04:30:00Z']
    await run(hub, [...args, '--at', '2026-11-24T04:30:00Z'])
    expect((await run(hub, args)).tasks).toContain('backup')
  })

  it('of what is due then leaves each scheduled time to the run that is to be made', async () => {
    const hub = { ...hubSchema.parse({ database: { path: 'hub.db' } }), id: 'hub' }
    const slots: (string | undefined)[] = []
    const tasks: TaskRunner = {
      tasksOf: async () => [{ name: 'backup', dueFor: new Date('2026-12-02T04:30:00Z') }],
      async run(task, { slot }) {
        slots.push(slot)
        return { task, run: 'r', status: 'ok', succeededBefore: null, problem: null, seconds: 1 }
      },
    }
    const now = new Date('2026-12-01T12:00:00Z')
    for (const at of [now, new Date('2026-12-02T12:00:00Z')]) {
      const context = contextOf(hub, at, { now: () => now, slot: 'own' })
      const connect = async () => ({ tasks, ledger: quietLedger() })
      await runMaintenance.start(context, connect, { cadence: 'daily', due: true })
    }
    expect(slots).toEqual(['2026-12-02T04:30:00.000Z', 'own'])
  })

  it('goes on after a failure: what succeeded is not done twice', async () => {
    const hub = sampleHub()
    hub.configure(hasty)
    const release = lock(hub)
    await run(hub, ['daily'])
    release()
    const { code, ending, err, tasks } = await run(hub, ['daily'])
    expect({ code, done: tasks.includes('health-check') }).toEqual({ code: 0, done: false })
    expect(err).toMatch(/goes on where the run of .* stopped: .*health-check.* had succeeded/)
    expect(ending('health-check')).toMatchObject({
      status: 'ok',
      actual: 'already succeeded',
      evidence: [expect.stringContaining('not done again')],
    })
    expect(await recordsOf(hub, 'backup')).toMatchObject([{ attempt: 2, state: 'succeeded' }])
    // Once it is through, the next one by hand is another.
    expect((await run(hub, ['daily'])).tasks).toContain('health-check')
  })

  it('starts anew with --fresh', async () => {
    const hub = sampleHub()
    hub.configure(hasty)
    const release = lock(hub)
    await run(hub, ['daily'])
    release()
    const { err, tasks } = await run(hub, ['daily', '--fresh'])
    expect(tasks).toContain('health-check')
    expect(err).toBe('')
  })

  it('does not take over what a run at another moment did', async () => {
    const hub = sampleHub()
    hub.configure(hasty)
    const release = lock(hub)
    expect((await run(hub, ['daily', '--at', ago(hours(30)).toISOString()])).code).toBe(3)
    release()
    const { err, tasks } = await run(hub, ['daily'])
    expect(tasks).toContain('health-check')
    expect(err).toBe('')
  })

  it.each(['SIGKILL', 'SIGINT'] as const)('goes on where %s ended it', async (signal) => {
    const hub = sampleHub()
    const api = await stubbornApi(hub)
    const child = begin(hub, ['run', 'daily'])
    const ended = once(child, 'exit')
    await Promise.race([api.asked, ended])
    child.kill(signal)
    await ended
    expect(reportsOf(hub, 'health-check')).toEqual([])
    const backups = reportsOf(hub, 'backup').length
    api.relent()
    const { code, err, tasks } = await run(hub, ['daily'])
    expect(code).toBe(0)
    expect(err).toContain('backup')
    expect(tasks).toContain('health-check')
    expect(tasks).not.toContain('backup')
    expect([backups, reportsOf(hub, 'backup').length]).toEqual([1, 1])
    expect(await recordsOf(hub, 'run-maintenance')).toMatchObject([{ attempt: 2, state: 'succeeded' }])
  })
})

describe('--due', () => {
  it('keeps a hub that is new, and has nothing to do for it yet', async () => {
    const hub = sampleHub()
    expect(await hubkeeper(hub.directory, ['run', 'daily', '--due'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('kept from now on'),
    })
    expect(await hubkeeper(hub.directory, ['run', 'daily', '--due'])).toMatchObject({
      code: 0,
      out: 'hub: nothing is due\n',
      err: '',
    })
    expect(reportsOf(hub, 'run-maintenance')).toEqual([])
  })

  it('waits for the thaw without using up attempts', async () => {
    const hub = sampleHub()
    await keptSince(hub, ago(hours(50)))
    await hubkeeper(hub.directory, ['freeze', '--reason', 'moving house', '--by', 'anna'])
    const frozen = await run(hub, ['daily', '--due'])
    expect(frozen).toMatchObject({ code: 3, tasks: ['health-check', 'run-maintenance'] })
    expect(frozen.ending('backup')?.actual).toContain('frozen by anna')
    for (let i = 0; i < 3; i++) {
      expect(await hubkeeper(hub.directory, ['run', 'daily', '--due'])).toMatchObject({
        code: 0,
        out: expect.stringContaining('what is due runs after hubkeeper thaw'),
      })
    }
    expect(await recordsOf(hub, 'backup')).toEqual([])
    await hubkeeper(hub.directory, ['thaw'])
    expect((await run(hub, ['daily', '--due'])).ending('backup')).toMatchObject({ actual: 'done, ok' })
  })

  it('runs what is due for its scheduled time, once', async () => {
    const hub = sampleHub()
    await keptSince(hub, ago(hours(48)))
    const { last, tasks } = await run(hub, ['daily', '--due'])
    expect(last?.status).toBe('ok')
    expect(tasks).toEqual(expect.arrayContaining(['backup', 'health-check', 'run-maintenance']))
    const [backup] = await recordsOf(hub, 'backup')
    expect(backup?.slot).toBe(backup?.scheduledFor)
    expect(backup?.slot).toMatch(/T04:30:00\.000Z$/)
    expect((await run(hub, ['daily', '--due'])).tasks).toEqual([])
  })

  it('counts what was done by hand', async () => {
    const hub = sampleHub()
    await keptSince(hub, ago(hours(48)))
    await hubkeeper(hub.directory, ['backup'])
    const { tasks } = await run(hub, ['daily', '--due'])
    expect(tasks).toContain('health-check')
    expect(tasks).not.toContain('backup')
  })

  it('tries a task that fails three times, then leaves it until its next time and says so', async () => {
    const hub = sampleHub()
    hub.configure(hasty)
    lock(hub)
    await keptSince(hub, ago(hours(48)))
    for (const attempt of [1, 2, 3]) {
      expect((await run(hub, ['daily', '--due'])).code).toBe(3)
      expect((await recordsOf(hub, 'backup')).at(-1)).toMatchObject({ attempt, state: 'failed' })
    }
    const { code, err, tasks } = await run(hub, ['daily', '--due'])
    expect({ code, tasks }).toEqual({ code: 0, tasks: [] })
    expect(err).toContain('backup did not succeed in 3 attempts')
    expect(reportsOf(hub, 'health-check')).toHaveLength(1)
  })

  it('leaves alone what is under way', async () => {
    const hub = sampleHub()
    const api = await stubbornApi(hub)
    await keptSince(hub, ago(hours(48)))
    const child = begin(hub, ['run', 'daily', '--due'])
    const ended = once(child, 'exit')
    await Promise.race([api.asked, ended])
    expect(await hubkeeper(hub.directory, ['run', 'daily', '--due'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('already running'),
    })
    api.relent()
    await ended
    expect(reportsOf(hub, 'health-check')).toHaveLength(1)
  })

  it('at another moment is a dry run', async () => {
    const hub = sampleHub()
    await keptSince(hub, ago(hours(1)))
    const later = new Date(Date.now() + hours(72)).toISOString()
    const { tasks } = await run(hub, ['daily', '--due', '--at', later])
    expect(tasks).toContain('backup')
    expect(await recordsOf(hub, 'backup')).toEqual([])
  })

  it('just runs what runs all the time', async () => {
    const hub = sampleHub()
    expect((await run(hub, ['continuous', '--due'])).tasks).toEqual(['kpi-probe'])
  })
})

it('what makes no sense together is refused, and nothing runs', async () => {
  const hub = sampleHub()
  for (const args of [
    ['daily', '--force'],
    ['weekly', '--analyze'],
    ['backup', '--due'],
    ['backup', '--fresh'],
    ['daily', '--due', '--fresh'],
    ['continuous', '--fresh'],
    ['daily', '--due', '--scheduled', '2026-11-24T04:30:00Z'],
    ['on-demand'],
  ]) {
    expect((await hubkeeper(hub.directory, ['run', ...args])).code, args.join(' ')).toBe(2)
  }
  expect(reportsOf(hub, 'backup')).toEqual([])
})

it('one slot that many processes begin at once is run once, and all others say so', async () => {
  const hub = sampleHub()
  const scheduled = '2026-11-24T04:30:00Z'
  const expected = ['ran, 0', 'already running, 3', 'already succeeded, 0']
  const outcomes: string[] = []
  const total = 100
  const atOnce = 10
  for (let begun = 0; begun < total; begun += atOnce) {
    const batch = Array.from({ length: atOnce }, () =>
      hubkeeper(hub.directory, ['run', 'backup', '--scheduled', scheduled]),
    )
    for (const { code, err, out } of await Promise.all(batch)) {
      if (out.includes('already succeeded')) outcomes.push(`already succeeded, ${code}`)
      else if (err.includes('already running')) outcomes.push(`already running, ${code}`)
      else outcomes.push(out.includes('backup.certified') ? `ran, ${code}` : `${code}: ${err}`)
    }
  }
  const count = (outcome: string): number => outcomes.filter((other) => other === outcome).length
  expect(outcomes.filter((outcome) => !expected.includes(outcome))).toEqual([])
  expect(count('ran, 0')).toBe(1)
  expect(await recordsOf(hub, 'backup')).toMatchObject([{ attempt: 1, state: 'succeeded' }])
  expect(reportsOf(hub, 'backup')).toHaveLength(1)
}, 240_000)

describe('the verdict on a cadence', () => {
  const ending: TaskEnding = {
    task: 'backup',
    run: '01K',
    status: 'ok',
    succeededBefore: null,
    problem: null,
    seconds: 1,
  }

  it('warns when it took longer than its window', () => {
    expect(windowFinding('daily', 900)).toMatchObject({ status: 'ok', subject: 'daily', expected: 900 })
    expect(windowFinding('daily', 900.1)).toMatchObject({ status: 'warning', actual: 900.1 })
    expect(windowFinding('weekly', 2701).status).toBe('warning')
    expect(windowFinding('monthly', 10_800).status).toBe('ok')
    expect(windowFinding('quarterly', 21_601).status).toBe('warning')
  })

  it('is a failure that names every task that failed', () => {
    const failed = { ...ending, status: 'failed', problem: 'the disk is full' } as const
    expect(failureOf('daily', [ending])).toBeNull()
    expect(failureOf('daily', [failed, ending, { ...failed, task: 'health-check' }])?.message).toBe(
      'of the daily tasks failed: backup, health-check',
    )
  })
})
