import { HubkeeperError, messageOf } from '@hubkeeper/core'

/** One thing that the design takes for granted of a store, tried. */
export interface Verification {
  readonly title: string
  /** Seen to be so; false also for what was not tried. */
  readonly held: boolean
  /** What was seen instead; null where it held, or was not tried. */
  readonly problem: string | null
  /** Why it was not tried; null where it was. */
  readonly skipped: string | null
}

/** What was seen is not what was expected. */
export class NotAsExpectedError extends Error {
  override readonly name = 'NotAsExpectedError'
}

/** There is nothing here to try, or no way to. */
export class NotTriedError extends Error {
  override readonly name = 'NotTriedError'
}

/** @throws NotAsExpectedError unless it holds */
export function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new NotAsExpectedError(otherwise)
}

/** How one thing is tried. */
export interface Trial {
  readonly title: string
  run(): Promise<void>
}

/** Tries one after the other; goes on past what does not hold. `onTrial` is told of each at once. */
export async function tryAll(
  trials: readonly Trial[],
  onTrial: (verification: Verification) => void,
): Promise<Verification[]> {
  const all: Verification[] = []
  for (const { run, title } of trials) {
    const verification = await verify(title, run)
    all.push(verification)
    onTrial(verification)
  }
  return all
}

/** Whatever goes wrong is the problem with it. */
async function verify(title: string, trial: () => Promise<void>): Promise<Verification> {
  try {
    await trial()
    return { title, held: true, problem: null, skipped: null }
  } catch (error) {
    if (error instanceof NotTriedError) return { title, held: false, problem: null, skipped: error.message }
    return { title, held: false, problem: describe(error), skipped: null }
  }
}

const describe = (error: unknown): string =>
  error instanceof HubkeeperError ? `${error.message} (${error.hint})` : messageOf(error)
