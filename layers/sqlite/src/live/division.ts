/** Why divisible work was not done to its end. */
export const longEnough = 'it took long enough for one run: the rest is left to the next'

/** How much to do under one lock, fitted to how long the last one took. */
export interface Portion {
  next(): number
  /** @param duration of the last portion, ms @param slice what it should take, ms */
  took(duration: number, slice: number): void
}

/** A portion that begins small, and doubles while it stays well below what it may take. */
export function growing({ least, most }: { readonly least: number; readonly most: number }): Portion {
  let portion = least
  return {
    next: () => portion,
    took(duration, slice) {
      if (duration > slice) portion = Math.max(least, Math.floor((portion * slice) / duration))
      else if (duration * 3 < slice) portion = Math.min(most, portion * 2)
    },
  }
}
