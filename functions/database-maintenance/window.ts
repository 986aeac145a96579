import type { HubConfig } from '@hubkeeper/core'

type Window = NonNullable<HubConfig['database']['vacuum']['window']>

/** Whether a moment is within hours of the day, which may begin before midnight and end after it. */
export function isWithin({ from, to }: Window, timeZone: string, at: Date): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
  // From and to the same hour is the whole day.
  return from < to ? from <= clock && clock < to : from <= clock || clock < to
}
