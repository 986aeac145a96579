import { type HubConfig, type IndexWriter, KeyRefusedError, matchesAny } from '@hubkeeper/core'
import { type ReplaceKeepingOptions, replaceKeeping } from './replace-keeping.ts'
import { storedFiles } from './stored-files.ts'

/** See {@link storedIndexes}. */
export interface StoredIndexesOptions extends Omit<ReplaceKeepingOptions, 'hub'> {
  readonly hub: Pick<HubConfig, 'database' | 'searchIndex'>
}

/** The hub's search indexes as objects. Nothing but what the configuration names is written. */
export function storedIndexes(options: StoredIndexesOptions): IndexWriter {
  const { hub, store } = options
  const elsewhere =
    hub.database.authority === 'server'
      ? 'the hub’s files lie on its own machine, and what is here are copies: write them there'
      : null

  return {
    ...storedFiles({ store }),
    elsewhere,

    async replace(key, text, expected) {
      const reason = matchesAny(key, hub.searchIndex?.files ?? [])
        ? elsewhere
        : 'it is no search index of searchIndex.files'
      if (reason !== null) throw new KeyRefusedError(key, reason)
      return replaceKeeping(options, key, text, expected)
    },
  }
}
