import type { ReleaseAnswer } from '@hubkeeper/core'
import * as z from 'zod'

/** Abbreviated metadata first (npm registry: docs/responses/package-metadata.md). */
export const npmAccept = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8'

const packumentSchema = z.object({
  name: z.string().nullish(),
  versions: z.record(
    z.string(),
    z.object({ deprecated: z.union([z.string(), z.boolean()]).nullish().catch(null) }),
  ),
})

/** A name with its scope, in letters that need no escape. */
const validName = /^(@[a-z0-9~_-][a-z0-9~._-]*\/)?[a-z0-9~_-][a-z0-9~._-]*$/i

/** Where a registry tells of a package; null for what is no name of one. */
export const packumentPath = (name: string): string | null =>
  validName.test(name) && name.length <= 214 ? `/${name.replace('/', '%2f')}` : null

/**
 * What the metadata of a package says; null where it is none, or that of another one. What its publisher deprecated counts as taken back.
 * The abbreviated form tells neither times nor links.
 */
export function readPackument(document: unknown, asked: string): ReleaseAnswer | null {
  const parsed = packumentSchema.safeParse(document)
  if (!parsed.success) return null
  if (typeof parsed.data.name === 'string' && parsed.data.name !== asked) return null
  const releases = Object.entries(parsed.data.versions).map(([version, { deprecated }]) => ({
    version,
    yanked: deprecated === true || (typeof deprecated === 'string' && deprecated !== ''),
    requiresPython: null,
    releasedAt: null,
  }))
  return { state: 'done', releases, changelog: null }
}
