import { hours, messageOf, minutes } from '@hubkeeper/core'
import type { TimedCadence } from '../entries.ts'

/** Work that is due: equal for the same task and time. */
export type DueWork = string

/** What a watcher stands on. */
export interface WatchPorts {
  now(): Date
  /** Waits, ms; ends early with the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** What is due by each cadence, as the ledger knows it. */
  due(at: Date): Promise<ReadonlyMap<TimedCadence, readonly DueWork[]>>
  /** Runs what is due of a cadence to its end; tells how it went, in words. Never throws. */
  run(cadence: TimedCadence): Promise<string>
  /** Runs what is to run in this very minute all the time. Never throws. */
  probe(minute: number): Promise<void>
  /** What comes next, in words. */
  next(at: Date): string
  say(text: string): void
}

/** What failed is tried again after this time, as a crontab would, ms. */
const retryAfter = hours(1)

/** How long a watcher is silent at most, ms. */
const silence = hours(1)

/** Times are compared by distance, so that a clock that is set back delays nothing. */
const isPast = (since: number, at: number, span: number): boolean => Math.abs(at - since) >= span

/**
 * Asks each minute what is due, and runs it: each cadence by itself, none twice at once.
 *
 * Nothing here remembers times to come. What is due is always what the ledger says at this moment, so
 * that a clock that jumps, a machine that slept or a change of summer time loses nothing and repeats
 * nothing.
 *
 * @returns what still runs when the signal comes
 */
export async function watchSchedules(
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<readonly TimedCadence[]> {
  const running = new Set<TimedCadence>()
  const tried = new Map<DueWork, number>()
  let probing = false
  let lastMinute: number | null = null
  let saidAt = ports.now().getTime()
  let lastProblem: string | null = null

  const say = (text: string): void => {
    saidAt = ports.now().getTime()
    ports.say(text)
  }

  function start(cadence: TimedCadence, works: readonly DueWork[]): void {
    running.add(cadence)
    const end = (): void => {
      running.delete(cadence)
      for (const work of works) tried.set(work, ports.now().getTime())
    }
    void ports.run(cadence).then((outcome) => {
      end()
      say(`${cadence}: ${outcome}`)
    })
  }

  async function startDue(at: Date): Promise<void> {
    const due = await ports.due(at)
    const known = new Set([...due.values()].flat())
    for (const work of tried.keys()) if (!known.has(work)) tried.delete(work)
    for (const [cadence, works] of due) {
      const fresh = works.some((work) => {
        const before = tried.get(work)
        return before === undefined || isPast(before, at.getTime(), retryAfter)
      })
      if (fresh && !running.has(cadence)) start(cadence, works)
    }
  }

  function startProbe(at: Date): void {
    const minute = Math.floor(at.getTime() / minutes(1))
    if (probing || minute === lastMinute) return
    lastMinute = minute
    probing = true
    void ports.probe(minute).then(() => {
      probing = false
    })
  }

  while (!signal.aborted) {
    const at = ports.now()
    startProbe(at)
    try {
      await startDue(at)
      lastProblem = null
    } catch (error) {
      const problem = `cannot tell what is due: ${messageOf(error)}`
      if (problem !== lastProblem || isPast(saidAt, at.getTime(), silence)) say(problem)
      lastProblem = problem
    }
    if (running.size === 0 && isPast(saidAt, at.getTime(), silence)) say(`idle; ${ports.next(at)}`)
    await ports.sleep(minutes(1) - (ports.now().getTime() % minutes(1)), signal)
  }
  return [...running]
}
