import type * as z from 'zod'
import type { TransportReply } from '../transport.ts'
import { TransportTrouble } from '../trouble.ts'

/**
 * What an answer holds.
 *
 * @throws TransportTrouble when its status is not 200, or it is not of that form
 */
export function readJson<T>({ body, status }: TransportReply, schema: z.ZodType<T>): T {
  if (status !== 200) throw new TransportTrouble(`it answered with status ${status}`)
  const parsed = schema.safeParse(parse(body))
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path.join('.')
  throw new TransportTrouble(
    `it answered nonsense (${path === '' || path === undefined ? 'the whole' : path})`,
  )
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) throw new TransportTrouble('it answered what is not JSON')
    throw error
  }
}
