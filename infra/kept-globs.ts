import { type Config, ConfigurationError, keptFiles, ownFolders, prefixOf } from '@hubkeeper/core'

/**
 * Refuses globs of kept files that would make a role reach Hubkeeper's own records: IAM knows prefixes alone.
 *
 * @throws ConfigurationError
 */
export function refuseWideGlobs({ hubs }: Config): void {
  for (const [id, hub] of Object.entries(hubs)) {
    for (const pattern of keptFiles(hub)) {
      const prefix = prefixOf(pattern)
      // A restore may write all that one reaches.
      const reached = ownFolders.find((place) => place.startsWith(prefix) || prefix.startsWith(place))
      if (reached === undefined) continue
      throw new ConfigurationError(
        `hub ${id} keeps files by ${pattern}: a function could read, and a restore write, all that begins with ${JSON.stringify(prefix)}, ${reached} as well`,
        {
          hint: 'name a folder before the first wildcard, such as config/**, in backups.files, requirements and searchIndex.files',
        },
      )
    }
  }
}
