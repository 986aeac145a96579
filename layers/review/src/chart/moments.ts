/** A moment for people, to the minute and in UTC: `2026-11-03 14:00 UTC`. */
export const momentText = (moment: Date): string => `${minuteText(moment)} UTC`

/** A moment to the minute, where it is said elsewhere that it is in UTC. */
export const minuteText = (moment: Date): string => moment.toISOString().slice(0, 16).replace('T', ' ')

/** The day of a moment in UTC: `2026-11-03`. */
export const dayText = (moment: Date): string => moment.toISOString().slice(0, 10)
