/** Milliseconds in `count` seconds. */
export const seconds = (count: number): number => count * 1000

/** Milliseconds in `count` minutes. */
export const minutes = (count: number): number => seconds(count * 60)

/** Milliseconds in `count` hours. */
export const hours = (count: number): number => minutes(count * 60)

/** Milliseconds in `count` days of 24 hours. */
export const days = (count: number): number => hours(count * 24)

/** Bytes in `count` mebibytes (1024²). */
export const mebibytes = (count: number): number => count * 1024 ** 2

/** Bytes in `count` gibibytes (1024³). */
export const gibibytes = (count: number): number => count * 1024 ** 3

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes for people, in binary units: `8.0 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  return unit === 0 ? `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` : `${value.toFixed(1)} ${byteUnits[unit]}`
}

/** A duration in ms for people, its two largest units: `3 h 20 min`, `850 ms`, `2.6 ms`, `0.3 ms`, `-2 d 1 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms > 0 && ms < 1) return `${Math.max(0.01, ms).toPrecision(1)} ms`
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  // What rounding would make a whole one of the next unit is one: there are no 1000 ms, and no 60.0 s.
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const total = Math.floor(Math.max(ms, minutes(1)) / 1000)
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3600), 'h'],
    [Math.floor((total % 3600) / 60), 'min'],
    [total % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** The system's code of an error, such as ENOENT; null for anything else. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
