/** Why no store may serve a key, whatever it stands on; null when it may. */
export function problemOfKey(key: string): string | null {
  if (key === '') return 'it is empty'
  if (key.startsWith('/')) return 'it is absolute'
  if (/[\p{Cc}\\]/u.test(key)) return 'it has a backslash or a control character'
  for (const segment of key.split('/')) {
    if (segment === '') return 'it has an empty part'
    if (segment === '.' || segment === '..') return `it has the part ${segment}`
  }
  return null
}
