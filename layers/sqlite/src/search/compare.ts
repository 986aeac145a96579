import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, SearchComparison } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { lookAtRest } from '../engine/at-rest.ts'
import { failedWith } from '../engine/fault.ts'
import type { Job } from '../engine/protocol.ts'
import { type FullTextIndex, fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { compareExternal } from './external.ts'
import { compareOwn } from './own.ts'
import { sourceOf } from './sources.ts'
import { whyUnsearchable } from './unsearchable.ts'

type CompareJob = Extract<Job, { kind: 'compare-search' }>

/** Two scans at once need few pages each, KiB. */
const cacheKiB = 32 * 1024

/** Every full-text table of a file at rest against what it is made from. */
export function compareSearch(job: CompareJob, heapLimit: number): Outcome<SearchComparison[]> {
  return lookAtRest(job.path, { heapLimit, cacheKiB }, (database) => {
    const schema = readSchema(database)
    return fullTextIndexes(schema).map((index) => {
      const unsearchable = whyUnsearchable(database, schema, index)
      const compared = compareOne(database, schema, index, job, heapLimit)
      return unsearchable === null ? compared : { ...compared, unsearchable }
    })
  })
}

/** What is wrong with one index keeps nobody from the next one. */
function compareOne(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  index: FullTextIndex,
  { limit, path, scratch, sources }: CompareJob,
  heapLimit: number,
): SearchComparison {
  const { content, module, name } = index
  const unknown = { index: name, module, content, source: null, knownBy: null }
  try {
    const known = sourceOf(database, schema, index, sources)
    if (known.state !== 'done') return { ...unknown, outcome: known }
    const { knownBy, source } = known.value
    const said = { index: name, module, content, source, knownBy }
    try {
      const outcome: SearchComparison['outcome'] =
        content === 'external'
          ? compareExternal(index, source, { path, scratch, heapLimit, limit })
          : { state: 'done', value: compareOwn(database, source, limit) }
      return { ...said, outcome }
    } catch (error) {
      return { ...said, outcome: failedWith(error, path) }
    }
  } catch (error) {
    return { ...unknown, outcome: failedWith(error, path) }
  }
}
