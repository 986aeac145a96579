import { type HubConfig, type IndexWriter, KeyRefusedError, matchesAny } from '@hubkeeper/core'
import { hubFiles } from './hub-files.ts'
import { type ReplaceKeepingOptions, replaceKeeping } from './replace-keeping.ts'

/** See {@link localIndexes}. */
export interface LocalIndexesOptions extends ReplaceKeepingOptions {
  readonly hub: ReplaceKeepingOptions['hub'] & Pick<HubConfig, 'searchIndex'>
}

/** The hub's search indexes in files of this machine. Nothing but what the configuration names is written. */
export function localIndexes(options: LocalIndexesOptions): IndexWriter {
  const { hub, root } = options
  return {
    ...hubFiles({ root }),
    elsewhere: null,

    async replace(key, text, expected) {
      if (!matchesAny(key, hub.searchIndex?.files ?? [])) {
        throw new KeyRefusedError(key, 'it is no search index of searchIndex.files')
      }
      return replaceKeeping(options, key, text, expected)
    },
  }
}
