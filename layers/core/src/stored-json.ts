import type * as z from 'zod'

/** What a stored document holds; null where it is no JSON, or none of that shape. */
export function parseStored<T>(body: Uint8Array, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(body))).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
