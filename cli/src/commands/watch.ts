import { setTimeout } from 'node:timers/promises'
import { minutes, seconds, windowOf } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { describeNext, entriesOf, type TimedCadence } from '../schedule/entries.ts'
import { commandOf, hubNames, targetOf } from '../schedule/target.ts'
import { type RunningCommand, startCommand } from '../schedule/watch/child.ts'
import { beginKeeping, createLook } from '../schedule/watch/due.ts'
import { leaveProcessOne } from '../schedule/watch/init.ts'
import { becomeWatcher } from '../schedule/watch/lock.ts'
import { watchSchedules } from '../schedule/watch/loop.ts'
import { createProbe } from '../schedule/watch/probe.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface WatchOptions {
  readonly config?: string
  readonly hub?: string
}

/** How long what runs may go on when the watcher is asked to end, ms: containers are killed after 10 s. */
const patience = seconds(5)

/** What takes so many times its window hangs. */
const windows = 4

const limitOf = (cadence: TimedCadence): number => windows * (windowOf[cadence] ?? minutes(15))

/** `hubkeeper watch`. */
export function registerWatch(program: Command, terminal: Terminal): void {
  program
    .command('watch')
    .description('run what is due in the foreground, where there is neither cron nor systemd: in a container')
    .option('--hub <id>', 'only this hub; else every one of the configuration')
    .option('--config <file>', 'configuration file (else HUBKEEPER_CONFIG, else ./hubkeeper.json)')
    .option('--debug', 'show stack traces')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper watch
  docker run --rm hub-image hubkeeper watch --config /srv/my-hub/hubkeeper.json

It prints a line for each run, and one an hour when there is none. SIGTERM and SIGINT end it within 10
seconds; what ran then goes on where it stopped when it is started again. It reads the configuration
once: start it again after a change.`,
    )
    .action(async (options: WatchOptions) => {
      const alone = leaveProcessOne()
      await watch(terminal, options, alone)
    })
}

async function watch(terminal: Terminal, options: WatchOptions, processOne: boolean): Promise<void> {
  const loaded = await loadConfig(options.config)
  const target = targetOf(loaded, tasks)
  const hubs = options.hub === undefined ? target.hubs : [chooseHub(loaded, options.hub)]
  const entries = entriesOf(hubs, tasks)
  const only = options.hub === undefined ? [] : ['--hub', options.hub]
  const lock = becomeWatcher(hubs)
  const say = (text: string): void => terminal.out(`${new Date().toISOString().slice(0, 19)}Z ${text}`)
  const running = new Map<TimedCadence, RunningCommand>()
  const asked = askedToEnd(say)
  try {
    await beginKeeping(hubs)
    say(`watching ${hubNames({ ...target, hubs })}; ${describeNext(entries, new Date())}`)
    if (processOne) say('as process 1 without a shell: start the container with an init, docker run --init')
    const left = await watchSchedules(
      {
        now: () => new Date(),
        sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => {}),
        due: createLook(hubs, entries, say),
        run(cadence) {
          const command = startCommand([...commandOf(target, cadence), ...only], limitOf(cadence))
          running.set(cadence, command)
          return command.ended.finally(() => running.delete(cadence))
        },
        probe: createProbe(hubs, say),
        next: (at) => describeNext(entries, at),
        say,
      },
      asked,
    )
    await finish(left, running, say)
  } finally {
    lock.release()
  }
  say('ended')
  // A probe that still waits for an answer keeps nobody.
  process.exit(0)
}

/** The signal by which the watcher ends. A second one of the system’s ends the process at once. */
function askedToEnd(say: (text: string) => void): AbortSignal {
  const controller = new AbortController()
  const handle = (signal: NodeJS.Signals): void => {
    process.off('SIGTERM', handle).off('SIGINT', handle)
    say(`asked to end by ${signal}`)
    controller.abort()
  }
  process.on('SIGTERM', handle).on('SIGINT', handle)
  return controller.signal
}

/** Waits for what still runs, but not for long. */
async function finish(
  left: readonly TimedCadence[],
  running: ReadonlyMap<TimedCadence, RunningCommand>,
  say: (text: string) => void,
): Promise<void> {
  if (left.length === 0) return
  say(`waiting ${patience / 1000} seconds for ${left.join(', ')}`)
  const commands = [...running.values()]
  await Promise.race([Promise.all(commands.map(({ ended }) => ended)), setTimeout(patience)])
  for (const cadence of running.keys()) say(`${cadence}: stopped; it goes on at the next start`)
  await Promise.all([...running.values()].map((command) => command.stop()))
}
