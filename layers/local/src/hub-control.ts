import { join } from 'node:path'
import { type Fence, type HubConfig, type HubControl, HubkeeperError, seconds } from '@hubkeeper/core'
import { CommandNotRunError, runCommand } from './control/command.ts'
import { isLeft, readNote, removeNote, type StopNote, writeNote } from './control/stop-note.ts'
import { createLock } from './lock.ts'

/** See {@link hubControl}. */
export interface HubControlOptions {
  /** The hub’s directory. */
  readonly root: string
  /** Undefined: the server is never stopped. */
  readonly commands: HubConfig['control']
  /** ULID of the run that uses it. */
  readonly run: string
  /** This process, as `host:pid`. */
  readonly owner: string
  /** Whether an owner was a process of this machine that is gone. */
  readonly isGone: (owner: string) => boolean
  readonly now: () => Date
  /** Must pass right before the server is stopped. @throws HubkeeperError */
  readonly fence: Fence
}

/** {@link HubControl} on this machine. */
export interface LocalHubControl extends HubControl {
  /** The stop command succeeded, and the start command was not begun since. */
  readonly stopped: boolean
  /** Resolves when nothing that this has stopped waits to be started any more; at once when nothing does. */
  settled(): Promise<void>
}

/**
 * Stops and starts the hub’s server with the commands of its configuration. Who has it stopped is noted in
 * `state/stopped.json`, on disk before the stop command runs, and until the start command has succeeded.
 */
export function hubControl(options: HubControlOptions): LocalHubControl {
  const { commands, fence, isGone, now, owner, root, run } = options
  const notePath = join(root, 'state/stopped.json')
  const lock = createLock(join(root, 'state/control.db'))
  let pending: PromiseWithResolvers<void> | null = null
  let stopped = false

  const left = (note: StopNote): boolean => isLeft(note, isGone, now())
  const isMine = (note: StopNote): boolean => note.run === run && note.owner === owner

  const execute = (name: 'stop' | 'start'): Promise<void> => {
    if (commands === undefined) throw notConfigured()
    return runCommand({
      name,
      command: commands[name],
      directory: root,
      timeout: seconds(commands.timeoutSeconds),
      log: join(root, 'state/control.log'),
    })
  }

  /** Whoever comes next tries again. */
  const giveUp = (note: StopNote): void => writeNote(notePath, { ...note, owner: null })

  /** Makes the note ours; of two that find one left, one gets it. Null when there is nothing to start. */
  const takeOver = (): StopNote | null =>
    lock.run(() => {
      const note = readNote(notePath)
      if (note === null || !(isMine(note) || left(note))) return null
      writeNote(notePath, { ...note, owner, ownedSince: now() })
      return note
    })

  return {
    configured: commands !== undefined,

    async stop() {
      if (commands === undefined) throw notConfigured()
      await fence()
      const before = lock.run(() => {
        const note = readNote(notePath)
        if (note !== null && !left(note)) throw stoppedByAnother(note)
        const since = now()
        writeNote(notePath, { run, since, owner, ownedSince: since })
        return note
      })
      pending = Promise.withResolvers()
      try {
        await execute('stop')
        stopped = true
      } catch (error) {
        if (!(error instanceof CommandNotRunError)) throw error
        // Nothing ran, so nothing has to be started but what was stopped before.
        if (before === null) removeNote(notePath)
        else giveUp(before)
        throw error
      }
    },

    async start() {
      stopped = false
      try {
        const note = takeOver()
        if (note === null) return
        await execute('start').catch((error: unknown) => {
          giveUp(note)
          throw stillStopped(error, root, commands?.start ?? [])
        })
        removeNote(notePath)
      } finally {
        pending?.resolve()
        pending = null
      }
    },

    async leftStopped() {
      const note = readNote(notePath)
      return note === null || !left(note) ? null : { run: note.run, since: note.since }
    },

    get stopped() {
      return stopped
    },

    settled: async () => pending?.promise,
  }
}

const notConfigured = (): HubkeeperError =>
  new HubkeeperError('hub-control', 'no commands that stop and start the server are configured', {
    hint: 'set control in hubkeeper.json',
  })

const stoppedByAnother = ({ owner, run, since }: StopNote): HubkeeperError =>
  new HubkeeperError(
    'hub-control',
    `run ${run} (${owner}) has the server stopped since ${since.toISOString()}`,
    { hint: 'wait for its end, then run this again' },
  )

/** What was stopped and cannot be started: the hint is what to do right now. */
function stillStopped(error: unknown, root: string, command: readonly string[]): HubkeeperError {
  const cause = error instanceof HubkeeperError ? error : null
  const message = `the hub is left stopped: ${cause?.message ?? String(error)}`
  return new HubkeeperError('hub-control', message, {
    hint: `start it by hand: cd ${quoted(root)} && ${command.map(quoted).join(' ')}; the next health check tries it as well`,
    cause: error,
  })
}

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
