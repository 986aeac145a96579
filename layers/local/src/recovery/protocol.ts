import * as z from 'zod'

/** The guardian's first line of input: what it runs. */
export const assignmentSchema = z.strictObject({
  program: z.string().min(1),
  args: z.array(z.string()),
  directory: z.string().min(1),
  environment: z.record(z.string(), z.string()),
  /** Value of the variable by which its processes are known. */
  mark: z.string().min(1),
})

/** See {@link assignmentSchema}. */
export type Assignment = z.infer<typeof assignmentSchema>

/** What the guardian tells of the command's end, a line on {@link reportDescriptor}. */
export const endingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exit'), code: z.number().nullable(), signal: z.string().nullable() }),
  z.strictObject({
    kind: z.literal('not-run'),
    /** The system's code, such as ENOENT. */
    code: z.string(),
  }),
])

/** See {@link endingSchema}. */
export type Ending = z.infer<typeof endingSchema>

/** Descriptor that the guardian tells on: its output is the command's. */
export const reportDescriptor = 3
