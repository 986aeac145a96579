/** Whether the long tests were asked for. */
export const heavy = process.env.HUBKEEPER_HEAVY !== undefined

/** Every case where the long tests were asked for, else every nth. */
export const everyNth = <T>(cases: readonly T[], n: number): T[] =>
  cases.filter((_, i) => heavy || i % n === 0)
