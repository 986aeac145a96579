import { formatDuration, type HubClient, type HubConfig, type Start, seconds } from '@hubkeeper/core'
import type { StartCommand } from './command.ts'
import { type Guarded, runGuarded } from './guarded.ts'
import { type Waited, waitForHealth } from './health.ts'
import { newMark } from './marked.ts'
import type { Ending } from './protocol.ts'
import { realFileOpenBy } from './real-hub.ts'

/** A start of the hub that nothing speaks against. */
export interface Launch {
  readonly recovery: NonNullable<HubConfig['recovery']>
  readonly command: StartCommand
  readonly directory: string
  readonly port: number
  /** Absolute path of the real hub’s database. */
  readonly database: string
  readonly client: HubClient
  /** Where it is noted while it runs. */
  readonly running: Set<Guarded>
}

/** Starts the hub and waits until it is well; one that does not become that is ended. */
export async function launch(request: Launch): Promise<Start> {
  const { client, command, database, directory, port, recovery, running } = request
  const mark = newMark()
  const started = performance.now()
  const guarded = runGuarded({ ...command, directory, mark })
  running.add(guarded)
  const stop = async (): Promise<void> => {
    await guarded.stop()
    running.delete(guarded)
  }
  const strayed = (): Promise<string | null> => realFileOpenBy(mark, database)
  // Until it has ended there is nothing to tell of its end.
  let ending: Ending | null | undefined
  void guarded.ended.then((end) => {
    ending = end
  })
  const baseUrl = `http://127.0.0.1:${port}`
  const waiting = { baseUrl, path: recovery.health, timeout: seconds(recovery.timeoutSeconds) }
  const waited = await waitForHealth(client, waiting, () => ending !== undefined)
  const took = (performance.now() - started) / 1000
  const reason =
    // Who answers on the port of a process that has ended is somebody else.
    ending === undefined ? await troubleOf(waited, recovery, strayed) : describeEnd(ending, command.program)
  if (reason === null && waited.state === 'healthy') {
    return { state: 'started', hub: { baseUrl, seconds: took, health: waited.health, strayed, stop } }
  }
  await stop()
  return { state: 'failed', reason: reason ?? 'it was given up', output: guarded.output() }
}

/** What is wrong with a hub that still runs, in words; null when nothing is. */
async function troubleOf(
  waited: Waited,
  { health, timeoutSeconds }: Launch['recovery'],
  strayed: () => Promise<string | null>,
): Promise<string | null> {
  if (waited.state === 'given-up') return 'it was given up'
  if (waited.state === 'not-in-time') {
    return `${health} was not healthy within ${formatDuration(seconds(timeoutSeconds))}: ${waited.last}`
  }
  const file = await strayed()
  return file === null ? null : `it opened the real hub’s ${file} and was ended at once`
}

function describeEnd(ending: Ending | null, program: string): string {
  if (ending === null) return 'its guardian was ended, and the hub with it'
  if (ending.kind === 'not-run') {
    return `${program} cannot be run: ${ending.code === 'ENOENT' ? 'there is no such program' : ending.code}`
  }
  const how = ending.signal === null ? `ended with code ${ending.code}` : `was ended by ${ending.signal}`
  const stays = ending.code === 0 ? '; a start command stays in the foreground' : ''
  return `it ${how} before it was healthy${stays}`
}
