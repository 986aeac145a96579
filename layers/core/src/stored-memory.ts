import { keys } from './keys.ts'
import type { TaskMemory } from './ports/memory.ts'
import type { ObjectStore } from './ports/object-store.ts'
import { parseStored } from './stored-json.ts'

/** What is remembered, and nothing more: a dry run leaves no trace. */
export const unchangedMemory = (memory: TaskMemory): TaskMemory => ({ ...memory, remember: async () => {} })

/** What a task remembers, as small objects: `state/memory/<task>/<name>.json`. */
export function storedMemory({
  store,
  task,
}: {
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  readonly task: string
}): TaskMemory {
  const keyOf = (name: string): string => `${keys.memory}${task}/${name}.json`
  return {
    async recall(name, schema) {
      const stored = await store.get(keyOf(name))
      // What cannot be read any more can be found out anew.
      return stored === null ? null : parseStored(stored.body, schema)
    },

    async remember(name, value) {
      await store.put(keyOf(name), `${JSON.stringify(value)}\n`)
    },
  }
}
