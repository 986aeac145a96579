import { formatDuration, seconds } from '@hubkeeper/core'
import type { Block } from '@hubkeeper/review'

/** So many bars and lines a chart has at most. */
export const shown = 15

/** A sentence. */
export const sentence = (text: string): Block => ({ kind: 'paragraph', text })

/** A time in seconds for people. */
export const timeText = (value: number | null): string =>
  value === null ? '–' : formatDuration(seconds(value))

/** A chart of the greatest, where there is something to compare. */
export function barChart(
  title: string,
  unit: 'bytes' | 'seconds',
  bars: readonly { readonly name: string; readonly value: number }[],
): Block[] {
  // One bar compares nothing.
  if (bars.length < 2) return []
  const greatest = bars.toSorted((a, b) => b.value - a.value).slice(0, shown)
  return [{ kind: 'chart', chart: { kind: 'bars', title, unit, bars: greatest } }]
}
