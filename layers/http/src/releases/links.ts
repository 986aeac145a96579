const longest = 500

/** An address of strangers as one that may be shown as a link: `https:` or `http:`, at most 500 characters. */
export function linkOf(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text.length > longest) return null
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    return null
  return url.href.length <= longest ? url.href : null
}
