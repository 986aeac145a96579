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
  /** From then on it counts no more. One that ends when it is made withdraws what was signed before it. */
  until: moment,
})

/** See {@link signatureSchema}. */
export type Signature = Readonly<z.infer<typeof signatureSchema>>

/** Whether it takes back what was signed of its item before. */
export const isWithdrawal = ({ at, until }: Signature): boolean => new Date(until) <= new Date(at)

const signaturesSchema = z.strictObject({ signatures: z.array(signatureSchema) })

/** So many are kept: those that still count before those that do not, then the newest. */
const kept = 1000

function keptOf(signatures: readonly Signature[], at: string): Signature[] {
  // Without its withdrawal, what was withdrawn would count again: it goes first.
  const withdrawn = new Map(signatures.filter(isWithdrawal).map((each) => [each.item, Date.parse(each.at)]))
  const isWithdrawn = (each: Signature): boolean => Date.parse(each.at) <= (withdrawn.get(each.item) ?? 0)
  const isOver = (each: Signature): boolean =>
    isWithdrawn(each) ? !isWithdrawal(each) : Date.parse(each.until) <= Date.parse(at)
  const surplus = Math.max(0, signatures.length - kept)
  const dropped = new Set(signatures.filter(isOver).slice(0, surplus))
  return signatures.filter((each) => !dropped.has(each)).slice(-kept)
}

/** One small record of what people have signed, oldest first. */
export function openSignatures(records: RecordStore, key: string) {
  return {
    async read(): Promise<readonly Signature[]> {
      return (await readRecord(records, key, signaturesSchema))?.value.signatures ?? []
    },

    /** @throws Error when others write it all the time */
    async add(signature: Signature): Promise<void> {
      await updateRecord(records, key, signaturesSchema, (current) => ({
        signatures: keptOf([...(current?.signatures ?? []), signature], signature.at),
      }))
    },
  }
}
