import { keys, listAll, type Report, reportSchema } from '@hubkeeper/core'
import type { Cloud } from './cloud.ts'

/** Key of the database in every hub here. */
export const databaseKey = 'knowledge/hub.db'

/** The bytes of an object of a hub. @throws Error when it is absent */
export async function bytesOf(cloud: Cloud, hub: string, key = databaseKey): Promise<Uint8Array> {
  const found = await cloud.storeOf(hub).get(key)
  if (found === null) throw new Error(`${hub} has no ${key}`)
  return found.body
}

/** Keys of a hub that begin so, in order. */
export async function keysBelow(cloud: Cloud, hub: string, prefix: string): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of listAll(cloud.storeOf(hub), prefix)) found.push(key)
  return found
}

/** Every report of a task, oldest first. */
export async function reportsOf(cloud: Cloud, hub: string, task: string): Promise<Report[]> {
  const found = await keysBelow(cloud, hub, keys.reportsOf(task))
  return Promise.all(
    found
      // Documents that a run left beside its report lie in a folder of their own.
      .filter((key) => /^[^/]+\.json$/.test(key.slice(keys.reportsOf(task).length)))
      .map(async (key) =>
        reportSchema.parse(JSON.parse(new TextDecoder().decode(await bytesOf(cloud, hub, key)))),
      ),
  )
}

/** The last report of a task. @throws Error when there is none */
export async function newestReport(cloud: Cloud, hub: string, task: string): Promise<Report> {
  const newest = (await reportsOf(cloud, hub, task)).at(-1)
  if (newest === undefined) throw new Error(`there is no report of ${task} for ${hub}`)
  return newest
}
