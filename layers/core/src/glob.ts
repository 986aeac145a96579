/**
 * The folder that everything a glob matches lies in, with its `/`; '' for the root. A store is listed
 * from there.
 */
export function folderOf(pattern: string): string {
  const prefix = prefixOf(pattern)
  return prefix.slice(0, prefix.lastIndexOf('/') + 1)
}

/**
 * What the key of everything that a glob matches begins with: as much of it as there is. Permissions reach no
 * further.
 */
export function prefixOf(pattern: string): string {
  const plain = pattern.replace(/^(?:\.\/)+/, '')
  // The sign of an extended glob such as `+(a)` stands before its parenthesis.
  const glob = plain.search(/[?*+@!]?\(|[*?[{\\]/)
  return glob < 0 ? plain : plain.slice(0, glob)
}
