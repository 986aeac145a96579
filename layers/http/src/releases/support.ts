import type { SupportCycle, SupportEnd } from '@hubkeeper/core'
import * as z from 'zod'

const day = z.iso.date()

/** A cycle of a product, as version 0 of the API of endoflife.date has it. */
const cycleSchema = z.object({
  cycle: z.union([z.string(), z.number()]).transform(String),
  eol: z.union([day, z.boolean()]),
  /** End of active support; of products that have it. */
  support: z.union([day, z.boolean()]).nullish().catch(null),
  latest: z.string().nullish().catch(null),
})

const productName = /^[a-z0-9][a-z0-9.-]*$/

/** Where it tells of a product; null for what is no name of one. */
export const productPath = (product: string): string | null =>
  productName.test(product) ? `/api/${product}.json` : null

/** What a document of that API says; null where it is none. */
export function readCycles(document: unknown): readonly SupportCycle[] | null {
  const parsed = z.array(cycleSchema).safeParse(document)
  if (!parsed.success) return null
  return parsed.data.map(({ cycle, eol, latest, support }) => ({
    cycle,
    end: typeof eol === 'string' ? new Date(eol) : eol ? 'over' : 'not-set',
    activeEnd: activeEndOf(support),
    latest: latest ?? null,
  }))
}

/** Here `true` says that there is support, the other way around than in `eol`. */
function activeEndOf(support: string | boolean | null | undefined): SupportEnd | null {
  if (typeof support === 'string') return new Date(support)
  return typeof support === 'boolean' ? (support ? 'not-set' : 'over') : null
}
