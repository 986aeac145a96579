/** The process id that a pid file begins with: some servers write more below it. Null where there is none. */
export function pidInText(text: string): number | null {
  const first = text.split('\n')[0]?.trim() ?? ''
  return /^[1-9]\d{0,9}$/.test(first) ? Number(first) : null
}
