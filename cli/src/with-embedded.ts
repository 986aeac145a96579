import { tasks } from '../../functions/tasks.ts'
import type { ConfiguredHub } from './config.ts'
import { type Embedded, openEmbedded } from './embedded.ts'

/** Opens the drivers of a hub for `use`, and closes them however it ends. */
export async function withEmbedded<T>(
  configured: ConfiguredHub,
  use: (embedded: Embedded) => Promise<T>,
): Promise<T> {
  const embedded = openEmbedded(configured, { tasks })
  try {
    return await use(embedded)
  } finally {
    await embedded.close()
  }
}
