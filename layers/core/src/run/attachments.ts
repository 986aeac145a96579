import { PreconditionFailedError } from '../errors.ts'
import { keys } from '../keys.ts'
import { absent, type ObjectStore } from '../ports/object-store.ts'
import type { Attachment } from '../report.ts'
import type { Task } from '../task.ts'

/** Where a document belongs. */
export const keyOfAttachment = ({ name, published }: Attachment, task: string, run: string): string =>
  published === true ? keys.published(name) : keys.attachment(task, run, name)

/**
 * Keeps a document where it belongs, and gives its key: another one where a published document of that name is
 * there already, which stays.
 *
 * @throws TypeError for a document that its task may not publish: a defect
 */
export async function keepAttachment(
  attachment: Attachment,
  { name: task, publishes }: Pick<Task, 'name' | 'publishes'>,
  run: string,
  store: Pick<ObjectStore, 'put'>,
): Promise<string> {
  const { name, published, text } = attachment
  const key = keyOfAttachment(attachment, task, run)
  if (published !== true) {
    await store.put(key, text, absent)
    return key
  }
  if (publishes === undefined || !name.startsWith(publishes)) {
    throw new TypeError(`${task} does not publish documents that are called ${name}`)
  }
  try {
    await store.put(key, text, absent)
    return key
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) throw error
  }
  const other = keys.published(ofRun(name, run))
  await store.put(other, text, absent)
  return other
}

/** `monthly_performance_20261205-01KB….json`. */
function ofRun(name: string, run: string): string {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? `${name}-${run}` : `${name.slice(0, dot)}-${run}${name.slice(dot)}`
}
