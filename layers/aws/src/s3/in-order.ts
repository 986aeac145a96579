/** See {@link inOrder}. */
export interface InOrderOptions<T> {
  readonly count: number
  /** How many are under way, or made and not yet taken, at once. */
  readonly width: number
  readonly make: (index: number, signal: AbortSignal) => Promise<T>
  readonly take: (made: T, index: number) => Promise<void> | void
}

/**
 * Makes `count` things, `width` at once, and takes them in order, so that no more than `width` are held.
 * The first fault ends all the others; nothing is under way when this throws it.
 */
export async function inOrder<T>({ count, make, take, width }: InOrderOptions<T>): Promise<void> {
  const controller = new AbortController()
  const pending: Promise<T>[] = []
  let started = 0
  const start = (): void => {
    const made = make(started++, controller.signal)
    // The reason keeps the first fault: the others only follow from it.
    made.catch((error: unknown) => controller.abort(error))
    pending.push(made)
  }
  try {
    for (let index = 0; index < count; index++) {
      while (started < count && started < index + width) start()
      const next = pending.shift()
      if (next !== undefined) await take(await next, index)
    }
  } catch (error) {
    controller.abort(error)
    await Promise.allSettled(pending)
    throw controller.signal.reason
  }
}
