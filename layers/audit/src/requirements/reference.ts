/** A requirement that names a place in place of a package. */
export interface Reference {
  /** URL or path, without what lets one in. */
  readonly url: string
  /** As far as the place tells it; null where only its content would. */
  readonly name: string | null
  readonly extras: readonly string[]
  readonly marker: string | null
}

/** What pip takes as a URL, where no name stands before it. */
const remote = /^(?:(?:git|hg|svn|bzr)\+[a-z+.]+|https?|ftp|file):/i

/** What pip takes as an archive. */
const archive = /\.(?:whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$/i

/** Without spaces and what specifiers are made of. */
const path = /^[\p{L}\p{N}._~/@+%:\\-]+$/u

/**
 * Reads a requirement that is a URL, an archive or a directory; null for one that is none. A name without any `/`
 * counts as a directory only where `editable` says that it must be one.
 */
export function readReference(text: string, editable: boolean): Reference | null {
  const isRemote = remote.test(text)
  // As in pip, the `;` of a URL is the URL’s own where no space follows.
  const end = text.indexOf(isRemote ? '; ' : ';')
  const place = (end === -1 ? text : text.slice(0, end)).trim()
  const marker = end === -1 ? null : text.slice(end + 1)
  if (isRemote) return /\s/.test(place) ? null : referenceTo(place, marker)
  const [, before = '', bracket] = /^([^[]*)(\[[^\]]*\])?$/.exec(place) ?? []
  if (!path.test(before)) return null
  const leads = before.includes('/') || before.startsWith('.') || archive.test(before)
  return leads || editable ? referenceTo(before, marker, bracket) : null
}

function referenceTo(place: string, marker: string | null, bracket = ''): Reference {
  const [, egg, eggExtras = bracket] = /[#&]egg=([A-Za-z0-9._-]+)(\[[^\]]*\])?/.exec(place) ?? []
  const [, wheel] = /(?:^|[/\\])([A-Za-z0-9._]+)-[^/\\-]+(?:-[^/\\-]+){3,4}\.whl(?:$|[?#])/i.exec(place) ?? []
  const extras = eggExtras.replace(/[[\]\s]/g, '').split(',')
  return {
    url: withoutCredentials(place),
    name: egg ?? wheel ?? null,
    extras: extras.filter((extra) => extra !== ''),
    marker: marker === null ? null : marker.trim(),
  }
}

/** A text whose URLs do not tell by which password or token they are reached. */
export const withoutCredentials = (text: string): string =>
  text.replace(/(:\/\/)([^\s/]+)@/g, (whole, slashes: string, user: string) =>
    user === 'git' ? whole : `${slashes}****@`,
  )
