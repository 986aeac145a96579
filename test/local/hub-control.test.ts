import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { HubkeeperError, hours, whileStopped } from '@hubkeeper/core'
import { hubControl, type LocalHubControl } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const alive = `${hostname()}:${process.pid}`
const run = '01JDABCDEFGHJKMNPQRSTVWXYZ'

/** Runs JavaScript as a command. */
const script = (source: string): string[] => [process.execPath, '-e', source]
const append = (text: string): string => `require('fs').appendFileSync('calls', '${text}\\n')`

interface Hub {
  readonly root: string
  control(options?: {
    run?: string
    stop?: string[]
    start?: string[]
    timeoutSeconds?: number
    fence?: () => Promise<void>
  }): LocalHubControl
  calls(): string
  note(): { run: string; since: string; owner: string | null } | null
  leave(note: object | string): void
}

function hub(): Hub {
  const root = temporaryDirectory()
  const notePath = join(root, 'state/stopped.json')
  return {
    root,
    control: ({ fence = async () => {}, run: id = run, timeoutSeconds = 20, ...commands } = {}) =>
      hubControl({
        root,
        commands: {
          stop: script(append('stop')),
          start: script(append('start')),
          timeoutSeconds,
          maintenance: false,
          ...commands,
        },
        run: id,
        owner: alive,
        isGone: (owner) => owner.endsWith(':0'),
        now: () => new Date(),
        fence,
      }),
    calls: () => (existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8') : ''),
    note: () => (existsSync(notePath) ? JSON.parse(readFileSync(notePath, 'utf8')) : null),
    leave(note) {
      mkdirSync(join(root, 'state'), { recursive: true })
      writeFileSync(notePath, typeof note === 'string' ? note : JSON.stringify({ schema: 1, run, ...note }))
    },
  }
}

describe('the note of who stopped the server', () => {
  it('is there before the stop command runs, and until the start command has succeeded', async () => {
    const { control, note, root } = hub()
    const copy = (name: string) => script(`require('fs').copyFileSync('state/stopped.json', '${name}')`)
    const controlled = control({ stop: copy('at-stop'), start: copy('at-start') })
    await controlled.stop()
    expect(note()).toMatchObject({ run, owner: alive, since: expect.stringMatching(/^\d{4}-.*Z$/) })
    await controlled.start()
    expect(note()).toBeNull()
    for (const name of ['at-stop', 'at-start']) expect(existsSync(join(root, name))).toBe(true)
  })

  it('is not one of a server that is left, while its owner lives', async () => {
    const { calls, control } = hub()
    await control().stop()
    expect(await control({ run: 'another' }).leftStopped()).toBeNull()
    await control({ run: 'another' }).start()
    await expect(control({ run: 'another' }).stop()).rejects.toMatchObject({
      code: 'hub-control',
      message: expect.stringContaining(`run ${run} (${alive}) has the server stopped since`),
    })
    expect(calls()).toBe('stop\n')
  })

  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()
  it.each([
    ['its owner is gone', { owner: `${hostname()}:0`, since: ago(1000) }, true],
    ['its owner gave up', { owner: null, since: ago(1000) }, true],
    ['its owner’s id is another process’s by now', { owner: alive, since: '2020-01-01T00:00:00.000Z' }, true],
    ['it is one of another machine', { owner: 'elsewhere:1', since: ago(hours(1)) }, false],
    ['it is an old one of another machine', { owner: 'elsewhere:1', since: ago(hours(7)) }, true],
    ['it cannot be understood', '{"schema":', true],
  ])('tells of a server that is left or not: %s', async (_, note, left) => {
    const { control, leave } = hub()
    leave(note)
    expect((await control().leftStopped()) !== null).toBe(left)
  })

  it('is taken over by one of those who find it', async () => {
    const { calls, control, leave, note } = hub()
    leave({ owner: null, since: ago(1000) })
    const slow = script(`${append('start')};setTimeout(() => {}, 300)`)
    await Promise.all(['one', 'two', 'three'].map((id) => control({ run: id, start: slow }).start()))
    expect([calls(), note()]).toEqual(['start\n', null])
  })

  it('is its new owner’s, however long ago the server was stopped: nobody stops it in the middle of its start', async () => {
    const { calls, control, leave, note } = hub()
    leave({ owner: null, since: ago(hours(24)) })
    const starting = control({
      run: 'one',
      start: script(`${append('start')};setTimeout(() => {}, 500)`),
    }).start()
    while (calls() === '') await setTimeout(10)
    expect(await control({ run: 'two' }).leftStopped()).toBeNull()
    await control({ run: 'two' }).start()
    await expect(control({ run: 'two' }).stop()).rejects.toMatchObject({ code: 'hub-control' })
    await starting
    expect([calls(), note()]).toEqual(['start\n', null])
  })

  it('stays when the server cannot be started, and the next one tries again', async () => {
    const { calls, control, note, root } = hub()
    const failing = control({ start: script('console.log("one\\ntwo"); process.exit(3)') })
    await failing.stop()
    await expect(failing.start()).rejects.toMatchObject({
      code: 'hub-control',
      message: expect.stringMatching(
        /^the hub is left stopped: the start command .* ended with code 3: one\ntwo$/,
      ),
      hint: expect.stringContaining(`start it by hand: cd ${root} && ${process.execPath} -e '`),
    })
    expect(note()).toMatchObject({ run, owner: null })
    await failing.settled()
    expect(await control({ run: 'next' }).leftStopped()).toMatchObject({ run })
    await control({ run: 'next' }).start()
    expect([calls(), note()]).toEqual(['stop\nstart\n', null])
  })
})

describe('whatever is done while the server is stopped', () => {
  it('ends with its start', async () => {
    const { calls, control, root } = hub()
    const value = await whileStopped(control(), async () => {
      writeFileSync(join(root, 'calls'), `${calls()}work\n`)
      return 7
    })
    expect([value, calls()]).toEqual([7, 'stop\nwork\nstart\n'])
  })

  it('ends with its start when it fails, and fails as it did', async () => {
    const { calls, control } = hub()
    const work = async (): Promise<never> => {
      throw new HubkeeperError('no-space', 'the disk is full', { hint: 'free it' })
    }
    await expect(whileStopped(control(), work)).rejects.toMatchObject({ code: 'no-space', hint: 'free it' })
    expect(calls()).toBe('stop\nstart\n')
    await expect(whileStopped(control({ start: script('process.exit(1)') }), work)).rejects.toMatchObject({
      code: 'hub-control',
      message: expect.stringMatching(/^the hub is left stopped: .*; before that: the disk is full$/s),
    })
  })

  it('does not begin when it may not be stopped, cannot be, or was not', async () => {
    const { calls, control, leave, note } = hub()
    const work = async (): Promise<never> => {
      throw new Error('it began')
    }
    const refused = control({
      fence: async () => {
        throw new HubkeeperError('frozen', 'nothing may write', { hint: 'thaw it' })
      },
    })
    await expect(whileStopped(refused, work)).rejects.toMatchObject({ code: 'frozen' })
    await expect(whileStopped(control({ stop: ['./no-such-program'] }), work)).rejects.toMatchObject({
      code: 'hub-control',
      message: 'the stop command ./no-such-program cannot be run: there is no such program',
    })
    expect([calls(), note()]).toEqual(['', null])
    leave({ run: 'dead', owner: null, since: '2026-11-20T10:00:00.000Z' })
    await expect(control({ stop: ['./no-such-program'] }).stop()).rejects.toThrow('cannot be run')
    expect(note()).toMatchObject({ run: 'dead', owner: null })
    await control().start()
    expect([calls(), note()]).toEqual(['start\n', null])
    // It may have been stopped all the same.
    await expect(whileStopped(control({ stop: script('process.exit(4)') }), work)).rejects.toThrow('code 4')
    expect([calls(), note()]).toEqual(['start\nstart\n', null])
  })

  it('cannot be done without commands', async () => {
    const { root } = hub()
    const none = hubControl({
      root,
      commands: undefined,
      run,
      owner: alive,
      isGone: () => false,
      now: () => new Date(),
      fence: async () => {},
    })
    expect(none.configured).toBe(false)
    await expect(none.stop()).rejects.toMatchObject({
      code: 'hub-control',
      hint: expect.stringContaining('set control'),
    })
  })
})

describe('a command', () => {
  it('runs in the hub’s directory, in our environment and without a shell', async () => {
    const { control, root } = hub()
    process.env.HUBKEEPER_TEST_MARK = 'seen'
    onTestFinished(() => void delete process.env.HUBKEEPER_TEST_MARK)
    const source = `require('fs').writeFileSync('told', JSON.stringify([process.cwd(), process.env.HUBKEEPER_TEST_MARK, process.argv[1]]))`
    await control({ stop: [...script(source), '$HOME; exit 1'] }).stop()
    expect(JSON.parse(readFileSync(join(root, 'told'), 'utf8'))).toEqual([root, 'seen', '$HOME; exit 1'])
  })

  it('may leave a server behind that goes on writing to its output', async () => {
    const { control, root } = hub()
    const server = `setInterval(() => console.log('alive'), 20)`
    const start = script(
      `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}], { stdio: 'inherit', detached: true }); child.unref(); require('fs').writeFileSync('pid', String(child.pid))`,
    )
    const controlled = control({ start })
    await controlled.stop()
    await controlled.start()
    const pid = Number(readFileSync(join(root, 'pid'), 'utf8'))
    onTestFinished(() => void process.kill(pid, 'SIGKILL'))
    const log = () => readFileSync(join(root, 'state/control.log'), 'utf8')
    while (!log().includes('alive\nalive')) await setTimeout(10)
    expect(process.kill(pid, 0)).toBe(true)
  })

  it('that takes too long is ended with everything that it started', async () => {
    const { control, root } = hub()
    const child = `setInterval(() => {}, 1000)`
    const stop = script(
      `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); require('fs').writeFileSync('pid', String(child.pid)); setInterval(() => {}, 1000)`,
    )
    await expect(control({ stop, timeoutSeconds: 1 }).stop()).rejects.toMatchObject({
      code: 'hub-control',
      message: expect.stringMatching(/did not end in 1\.0 s and was killed$/),
    })
    const pid = readFileSync(join(root, 'pid'), 'utf8')
    const stateOf = (): string => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).trim()
      } catch {
        return ''
      }
    }
    // A zombie that nobody collects yet is as dead.
    while (!/^(Z.*)?$/.test(stateOf())) await setTimeout(10)
  })
})
