import {
  type Fence,
  HubkeeperError,
  keys,
  type ObjectStore,
  type Pin,
  PreconditionFailedError,
  pinSchema,
} from '@hubkeeper/core'
import * as z from 'zod'

/** Who wants which backup kept, by the backup's id. */
export type Pins = ReadonlyMap<string, Pin>

const pinsSchema = z.strictObject({ pins: z.record(z.string(), pinSchema) })

/** How often a pin is set again when somebody else set one in between. */
const maxAttempts = 5

/** The record of pins cannot be understood: it may name any backup. */
export class PinsUnreadableError extends HubkeeperError {
  override readonly name = 'PinsUnreadableError'
  constructor(reason: string) {
    super('io', `${keys.pins} cannot be read: ${reason}`, {
      hint: 'no backup is deleted until it can be; put an older copy in its place, or delete it and pin again',
    })
  }
}

/** @throws PinsUnreadableError */
function parsePins(body: Uint8Array): Pins {
  const parsed = pinsSchema.safeParse(jsonOf(new TextDecoder().decode(body)))
  if (!parsed.success) throw new PinsUnreadableError(problemOf(parsed.error))
  return new Map(Object.entries(parsed.data.pins))
}

const problemOf = ({ issues }: z.ZodError): string =>
  issues.map(({ message, path }) => `${path.join('.') || 'the record'}: ${message}`).join('; ')

/** What a text says as JSON; undefined where it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The pins as they are now. @throws PinsUnreadableError */
export async function readPins(store: ObjectStore): Promise<Pins> {
  const stored = await store.get(keys.pins)
  return stored === null ? new Map() : parsePins(stored.body)
}

/**
 * Sets the pin of one backup, or removes it with null; whatever others set meanwhile stays.
 *
 * @throws PinsUnreadableError
 */
export async function setPin(store: ObjectStore, id: string, pin: Pin | null, fence: Fence): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.get(keys.pins)
    const pins = new Map(stored === null ? [] : parsePins(stored.body))
    if (pin === null) pins.delete(id)
    else pins.set(id, pin)
    await fence()
    try {
      const text = `${JSON.stringify({ pins: Object.fromEntries(pins) }, null, 2)}\n`
      const condition = stored === null ? { ifNoneMatch: '*' as const } : { ifMatch: stored.info.etag }
      await store.put(keys.pins, text, condition)
      return
    } catch (error) {
      if (!(error instanceof PreconditionFailedError) || attempt === maxAttempts) throw error
    }
  }
}
