import { setImmediate } from 'node:timers/promises'

/** A call that somebody is about to make, and has to wait for its turn with. */
interface Waiting {
  readonly actor: string
  readonly call: string
  go(): void
}

/** Decides who goes on when: of all actors, one at a time does anything. */
export interface Turns {
  /** Who does something now. */
  readonly current: string
  /** Resolves when it is this actor's turn; never once it is dead. */
  wait(actor: string, call: string): Promise<void>
  /** Lets an actor make its next call, and waits until it is about to make another, or has ended. */
  next(actor: string): Promise<void>
  /** Begins what an actor does, up to its first call. */
  start(actor: string, work: () => Promise<void>): Promise<void>
  /** From now on it does nothing more. */
  kill(actor: string): void
  /** Actors that have something left to do. */
  waiting(): readonly string[]
  /** Every call so far, for whoever reads a counterexample. */
  readonly trace: readonly string[]
}

const patience = 20_000

/** A stage on which every order of calls can be played. */
export function createTurns(): Turns {
  const queue: Waiting[] = []
  const dead = new Set<string>()
  const trace: string[] = []
  let failure: unknown = null
  let current = ''

  const isWaiting = (actor: string): boolean => queue.some((entry) => entry.actor === actor)
  const ended = new Set<string>()

  /** What lies between two calls is over soon; only reading and writing scratch files takes any time. */
  async function settle(actor: string): Promise<void> {
    const deadline = Date.now() + patience
    do {
      await setImmediate()
      if (failure !== null) throw failure
      if (Date.now() > deadline) throw new Error(`${actor} got stuck:\n${trace.slice(-20).join('\n')}`)
    } while (!isWaiting(actor) && !ended.has(actor) && !dead.has(actor))
  }

  return {
    get current() {
      return current
    },
    trace,

    wait(actor, call) {
      if (dead.has(actor)) return new Promise(() => {})
      return new Promise((resolve) => {
        queue.push({ actor, call, go: resolve })
      })
    },

    async start(actor, work) {
      current = actor
      work()
        .catch((error: unknown) => {
          failure = error
        })
        .finally(() => ended.add(actor))
      await settle(actor)
    },

    async next(actor) {
      const index = queue.findIndex((entry) => entry.actor === actor)
      const [entry] = index < 0 ? [] : queue.splice(index, 1)
      if (entry === undefined) return
      current = actor
      trace.push(`${actor}: ${entry.call}`)
      entry.go()
      await settle(actor)
    },

    kill(actor) {
      dead.add(actor)
      trace.push(`${actor} dies`)
      for (let index = queue.length - 1; index >= 0; index--) {
        if (queue[index]?.actor === actor) queue.splice(index, 1)
      }
    },

    waiting: () => [...new Set(queue.map(({ actor }) => actor))],
  }
}
