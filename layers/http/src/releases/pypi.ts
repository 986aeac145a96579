import type { Release, ReleaseAnswer } from '@hubkeeper/core'
import * as z from 'zod'
import { linkOf } from './links.ts'

/** `info`, `releases` and `urls` of the JSON API of PyPI (warehouse: docs/user/api/json.md). */
const fileSchema = z.object({
  yanked: z.boolean().catch(false),
  requires_python: z.string().max(200).nullish().catch(null),
  upload_time_iso_8601: z.string().nullish().catch(null),
  digests: z
    .object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .nullish()
    .catch(null),
})

const projectSchema = z.object({
  info: z.object({
    name: z.string().nullish(),
    version: z.string().nullish(),
    home_page: z.string().nullish().catch(null),
    project_urls: z.record(z.string(), z.string()).nullish().catch(null),
  }),
  releases: z.record(z.string(), z.array(fileSchema)).nullish(),
  urls: z.array(fileSchema).nullish().catch(null),
})

type File = z.infer<typeof fileSchema>
type Project = z.infer<typeof projectSchema>

/** A name as PEP 508 allows it. */
const validName = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i

/** By PEP 503. */
const normalized = (name: string): string => name.toLowerCase().replace(/[._-]+/g, '-')

/** Where PyPI tells of a project, by its name as PEP 503 normalizes it; null for what is no name of a project. */
export const projectPath = (name: string): string | null =>
  validName.test(name) && name.length <= 200 ? `/pypi/${normalized(name)}/json` : null

/** What a document of the JSON API says of a project; null where it is none, or one of another project. */
export function readProject(document: unknown, asked: string): ReleaseAnswer | null {
  const parsed = projectSchema.safeParse(document)
  if (!parsed.success) return null
  const { name } = parsed.data.info
  if (typeof name === 'string' && normalized(name) !== normalized(asked)) return null
  return {
    state: 'done',
    releases: Object.entries(filesByVersion(parsed.data)).flatMap(releaseOf),
    changelog: changelogOf(parsed.data),
  }
}

/** `releases` is marked as deprecated there: without it, the newest one is told all the same. */
function filesByVersion({ info, releases, urls }: Project): Record<string, File[]> {
  if (releases !== null && releases !== undefined) return releases
  return info.version === null || info.version === undefined ? {} : { [info.version]: urls ?? [] }
}

/** A version without files cannot be installed: it is none that there is. */
function releaseOf([version, files]: [string, File[]]): Release[] {
  const [first] = files
  if (first === undefined || version.length > 100) return []
  const offered = files.filter(({ yanked }) => !yanked)
  const told = offered[0] ?? first
  const at = Date.parse(told.upload_time_iso_8601 ?? '')
  const hashes = (offered.length > 0 ? offered : files).map(({ digests }) =>
    digests === null || digests === undefined ? null : `sha256:${digests.sha256}`,
  )
  return [
    {
      version,
      yanked: offered.length === 0,
      requiresPython: told.requires_python ?? null,
      releasedAt: Number.isNaN(at) ? null : new Date(at),
      // Some of them would keep the other files from being installed.
      hashes: hashes.some((hash) => hash === null)
        ? []
        : [...new Set(hashes.filter((hash) => hash !== null))].sort(),
    },
  ]
}

/** Labels of links, the most telling first. */
const labels = [
  /change[\s_-]*log/i,
  /\bchanges\b|release[\s_-]*notes|what.?s[\s_-]*new|\bhistory\b/i,
  /^(home|home[\s_-]*page)$/i,
  /^(source|repository|github|code|source[\s_-]*code)$/i,
]

function changelogOf({ info }: Project): string | null {
  const urls = Object.entries(info.project_urls ?? {})
  const found = labels.flatMap((label) =>
    urls.filter(([name]) => label.test(name)).map(([, url]) => linkOf(url)),
  )
  return [...found, linkOf(info.home_page)].find((link) => link !== null) ?? null
}
