import { setTimeout as sleep } from 'node:timers/promises'

const firstDelay = 100
const longestDelay = 2000

/** See {@link attempts}. */
export interface AttemptOptions {
  readonly times: number
  /** Whether another attempt can mend it. */
  readonly again: (error: unknown) => boolean
  readonly signal?: AbortSignal
}

/**
 * Tries `work` up to `times`, with growing random pauses, and throws the last error. For what the SDK
 * does not try again by itself: conflicts, and bodies that break off after the answer began.
 */
export async function attempts<T>(
  work: () => Promise<T>,
  { again, signal, times }: AttemptOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= times || signal?.aborted === true || !again(error)) throw error
      // Random over the whole span: those who collided must not meet again.
      const span = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1))
      await sleep(Math.random() * span, undefined, signal === undefined ? {} : { signal })
    }
  }
}
