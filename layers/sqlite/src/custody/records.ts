import { keys, pinSchema, quarantineSchema } from '@hubkeeper/core'
import * as z from 'zod'
import { markRecord } from './marks.ts'

/** Who wants which backup kept. */
export const pins = markRecord(keys.pins, 'pins', pinSchema)

/** Which backups do not count, and why. */
export const quarantines = markRecord(keys.quarantine, 'quarantined', quarantineSchema)

/** When the bytes of each backup were last read back as certified. */
export const verifications = markRecord(
  keys.verified,
  'verified',
  z.strictObject({ at: z.iso.datetime(), bytes: z.number().int().nonnegative() }),
  { mayBeginAnew: true },
)
