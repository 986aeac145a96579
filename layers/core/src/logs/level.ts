/** What a record says of itself; everything milder than a warning is `other`. */
export type Level = 'critical' | 'error' | 'warning' | 'other'

const levels: Readonly<Record<string, Level>> = {
  emerg: 'critical',
  emergency: 'critical',
  alert: 'critical',
  panic: 'critical',
  crit: 'critical',
  critical: 'critical',
  fatal: 'critical',
  err: 'error',
  error: 'error',
  severe: 'error',
  warn: 'warning',
  warning: 'warning',
  notice: 'other',
  info: 'other',
  information: 'other',
  debug: 'other',
  trace: 'other',
  verbose: 'other',
}

/** Alternation of every level's name, for patterns. */
export const levelNames = Object.keys(levels)
  .sort((a, b) => b.length - a.length)
  .join('|')

/** The level of a name in any case; null for any other word. */
export const levelOf = (name: string): Level | null => levels[name.toLowerCase()] ?? null

/** The level of a number as pino counts them. */
export function levelOfNumber(value: number): Level {
  if (value >= 60) return 'critical'
  if (value >= 50) return 'error'
  return value >= 40 ? 'warning' : 'other'
}

/** The level of a syslog priority (RFC 5424, 6.2.1). */
export function levelOfPriority(priority: number): Level {
  const severity = priority % 8
  if (severity <= 2) return 'critical'
  if (severity === 3) return 'error'
  return severity === 4 ? 'warning' : 'other'
}
