import * as z from 'zod'
import type { RecordStore } from '../ports/records.ts'
import { readRecord, updateRecord } from './record.ts'

const moment = z.iso.datetime()
const statement = {
  reason: z.string().min(1).max(500),
  by: z.string().min(1).max(100),
}

/** A table that is going to lose rows, said before it does. */
export const expectationSchema = z.strictObject({
  table: z.string().min(1),
  /** Of its rows, at most. */
  percent: z.number().positive().max(100),
  by: statement.by,
  reason: statement.reason.nullable(),
  since: moment,
  until: moment,
})

/** See {@link expectationSchema}. */
export type Expectation = Readonly<z.infer<typeof expectationSchema>>

/** A backup that was taken out of quarantine: what is gone from it was meant to go. */
export const acceptanceSchema = z.strictObject({ backup: z.string().min(1), ...statement, at: moment })

/** See {@link acceptanceSchema}. */
export type Acceptance = Readonly<z.infer<typeof acceptanceSchema>>

/** What people have said of content that is gone, or will be. */
export const expectationsSchema = z.strictObject({
  expected: z.array(expectationSchema),
  accepted: z.array(acceptanceSchema),
})

/** See {@link expectationsSchema}. */
export type Expectations = {
  readonly expected: readonly Expectation[]
  readonly accepted: readonly Acceptance[]
}

/** Nobody has said anything. */
export const noExpectations: Expectations = { expected: [], accepted: [] }

/** One small record of what is expected of a hub's content. */
export function openExpectations(records: RecordStore, key: string) {
  return {
    async read(): Promise<Expectations> {
      return (await readRecord(records, key, expectationsSchema))?.value ?? noExpectations
    },

    /** Replaces it by what `change` makes of it. @throws Error when others write it all the time */
    update(change: (current: Expectations) => Expectations): Promise<Expectations> {
      return updateRecord<Expectations>(records, key, expectationsSchema, (current) =>
        change(current ?? noExpectations),
      )
    },
  }
}
