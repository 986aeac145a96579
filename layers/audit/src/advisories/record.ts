import * as z from 'zod'
import { plainLine } from '../plain-text.ts'

/** Printable and short: ids and versions are shown as they are. */
const id = z
  .string()
  .max(200)
  .regex(/^[!-~]+$/)
const version = z.string().min(1).max(200)
/** Texts that decide nothing: a record counts without them. */
const text = z.string().nullish().catch(null)

/** A rating that is none is told as such, and costs nobody the record. */
const noVector = { type: 'CVSS_V3', score: '(unreadable)' }
const severitySchema = z
  .array(z.object({ type: z.string(), score: z.string().max(1000) }).catch(noVector))
  .nullish()
  .catch([noVector])
const ratedSchema = z.object({ severity: z.string().nullish().catch(null) })

const eventSchema = z.object({
  introduced: version.nullish(),
  fixed: version.nullish(),
  last_affected: version.nullish(),
  limit: version.nullish(),
})

const rangeSchema = z.object({ type: z.string(), events: z.array(eventSchema).nullish() })

const affectedSchema = z.object({
  package: z.object({ name: z.string().min(1), ecosystem: z.string().min(1) }).nullish(),
  ranges: z.array(rangeSchema).nullish(),
  versions: z.array(version).nullish(),
  severity: severitySchema,
  database_specific: ratedSchema.nullish().catch(null),
})

/**
 * A record of an advisory: https://ossf.github.io/osv-schema/, as far as it decides anything here. What else is
 * in it is let go, and what is missing may be null.
 */
export const osvRecordSchema = z.object({
  id,
  modified: text,
  withdrawn: z.string().nullish(),
  aliases: z.array(z.string().max(200)).nullish().catch(null),
  summary: text,
  details: text,
  severity: severitySchema,
  affected: z.array(affectedSchema).nullish(),
  database_specific: ratedSchema.nullish().catch(null),
})

/** See {@link osvRecordSchema}. */
export type OsvRecord = z.output<typeof osvRecordSchema>

/** What a record says of one package. */
export type OsvAffected = z.output<typeof affectedSchema>

/** See {@link OsvAffected}. */
export type OsvRange = z.output<typeof rangeSchema>

const named = z.object({ id: z.string().min(1) })

/** A record, or why it cannot be read, in words with its id. */
export function readRecord(raw: unknown): { readonly record: OsvRecord } | { readonly unreadable: string } {
  const parsed = osvRecordSchema.safeParse(raw)
  if (parsed.success) return { record: parsed.data }
  const known = named.safeParse(raw)
  const name = known.success ? plainLine(known.data.id, 100) : 'a record without an id'
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.')
  return { unreadable: `${name} is no OSV record: ${plainLine(`${where}: ${issue?.message ?? ''}`, 200)}` }
}

/** When it was last changed; null where it does not say. */
export function modifiedAt({ modified }: Pick<OsvRecord, 'modified'>): Date | null {
  const at = Date.parse(modified ?? '')
  return Number.isNaN(at) ? null : new Date(at)
}

/** Whether it was taken back: it counts for nothing. */
export const isWithdrawn = ({ withdrawn }: OsvRecord): boolean =>
  withdrawn !== null && withdrawn !== undefined && withdrawn !== ''
