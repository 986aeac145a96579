import * as z from 'zod'
import type { RecordStore } from '../ports/records.ts'
import { readRecord, updateRecord } from './record.ts'

const moment = z.iso.datetime()

/** That a person did what no run can know. */
export const signatureSchema = z.strictObject({
  /** Id of the item of a checklist. */
  item: z.string().min(1).max(100),
  by: z.string().min(1).max(100),
  note: z.string().min(1).max(500),
  at: moment,
  /** From then on it counts no more. */
  until: moment,
})

/** See {@link signatureSchema}. */
export type Signature = Readonly<z.infer<typeof signatureSchema>>

const signaturesSchema = z.strictObject({ signatures: z.array(signatureSchema) })

/** So many are kept, the newest. */
const kept = 1000

/** One small record of what people have signed, oldest first. */
export function openSignatures(records: RecordStore, key: string) {
  return {
    async read(): Promise<readonly Signature[]> {
      return (await readRecord(records, key, signaturesSchema))?.value.signatures ?? []
    },

    /** @throws Error when others write it all the time */
    async add(signature: Signature): Promise<void> {
      await updateRecord(records, key, signaturesSchema, (current) => ({
        signatures: [...(current?.signatures ?? []), signature].slice(-kept),
      }))
    },
  }
}
