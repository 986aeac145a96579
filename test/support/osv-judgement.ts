/*
 * A second implementation of which versions an OSV record covers, written to be read, not to be used: it shares no
 * code and no library with the first one, so that the two can be held against each other.
 */
import * as z from 'zod'

const textOrNone = z.string().nullish()

const judgedSchema = z.object({
  id: z.string(),
  withdrawn: textOrNone,
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string(), ecosystem: z.string() }),
        versions: z.array(z.string()).nullish(),
        ranges: z
          .array(
            z.object({
              type: z.string(),
              events: z.array(
                z.object({
                  introduced: textOrNone,
                  fixed: textOrNone,
                  last_affected: textOrNone,
                  limit: textOrNone,
                }),
              ),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})

/** A version as something that sorts: compared part by part. */
type Key = readonly (number | string)[]

const pep440 =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

const preOrder = new Map([
  ['a', 0],
  ['alpha', 0],
  ['b', 1],
  ['beta', 1],
  ['c', 2],
  ['rc', 2],
  ['pre', 2],
  ['preview', 2],
])

/** Ten numbers of a release are more than any test has. */
const tenNumbers = (release: string): number[] => {
  const numbers = release.split('.').map(Number)
  return Array.from({ length: 10 }, (_, index) => numbers[index] ?? 0)
}

/** PEP 440 without local labels: epoch, release, pre, post, dev. Null for what is no version. */
function pythonKey(text: string): Key | null {
  const found = pep440.exec(text.trim().toLowerCase())
  if (found === null) return null
  const [
    ,
    epoch = '0',
    release = '',
    pre,
    preNumber = '',
    implicitPost,
    post,
    postNumber = '',
    dev,
    devNumber = '',
  ] = found
  const hasPost = implicitPost !== undefined || post !== undefined
  const preKey =
    pre !== undefined
      ? [preOrder.get(pre) ?? 0, Number(preNumber)]
      : // A development release without more comes before the pre-releases, anything else after them.
        [dev !== undefined && !hasPost ? -1 : 3, 0]
  return [
    Number(epoch),
    ...tenNumbers(release),
    ...preKey,
    hasPost ? Number(implicitPost ?? postNumber) : -1,
    dev === undefined ? Number.MAX_SAFE_INTEGER : Number(devNumber),
  ]
}

/** Semantic Versioning without build labels: three numbers, whether it is a release, its identifiers. */
function npmKey(text: string): Key | null {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text.trim())
  if (found === null) return null
  const [, major, minor, patch, pre] = found
  const identifiers = pre === undefined ? [] : pre.split('.')
  return [
    Number(major),
    Number(minor),
    Number(patch),
    pre === undefined ? 1 : 0,
    // Numbers come before words.
    ...identifiers.flatMap((part): (number | string)[] =>
      /^\d+$/.test(part) ? [0, Number(part)] : [1, part],
    ),
  ]
}

function compareKeys(one: Key, other: Key): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]]
    if (a === undefined) return -1
    if (b === undefined) return 1
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

/** What is no version comes before all versions; two of those are not told apart here. */
const before: Key = [Number.NEGATIVE_INFINITY]

const keyOf = (ecosystem: string, text: string): Key =>
  (ecosystem === 'npm' ? npmKey(text) : pythonKey(text)) ?? before

const sameName = (ecosystem: string, one: string, other: string): boolean => {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .split(/[-_.]+/)
      .join('-')
  return ecosystem === 'npm' ? one === other : plain(one) === plain(other)
}

/** Whether a text is a version; others are only judged as bounds here. */
export const isJudged = (ecosystem: string, text: string): boolean => keyOf(ecosystem, text) !== before

/** A package version that is judged. */
export interface Judged {
  readonly ecosystem: string
  readonly name: string
  readonly version: string
}

/**
 * Whether a record holds for a version. In a range, the last thing that happened up to the version decides; of what
 * happened at the same version, the one that is written last.
 */
export function isCovered(raw: unknown, { ecosystem, name, version }: Judged): boolean {
  const record = judgedSchema.parse(raw)
  if (record.withdrawn) return false
  const key = keyOf(ecosystem, version)
  return (record.affected ?? []).some((entry) => {
    if (entry.package.ecosystem !== ecosystem || !sameName(ecosystem, entry.package.name, name)) return false
    for (const listed of entry.versions ?? []) {
      if (listed === version) return true
      if (key !== before && compareKeys(keyOf(ecosystem, listed), key) === 0) return true
    }
    return (entry.ranges ?? []).some(({ events, type }) => {
      if (type === 'GIT') return false
      const limits = events.flatMap(({ limit }) => (limit ? [limit] : []))
      const reached = limits.every((limit) => limit !== '*' && compareKeys(key, keyOf(ecosystem, limit)) >= 0)
      if (limits.length > 0 && reached) return false
      let last: { readonly at: Key; readonly affected: boolean } | null = null
      for (const { fixed, introduced, last_affected: end } of events) {
        const at = introduced === '0' ? [] : keyOf(ecosystem, introduced ?? fixed ?? end ?? '')
        const order = compareKeys(key, at)
        if (!(end ? order > 0 : order >= 0) || !(introduced || fixed || end)) continue
        if (last === null || compareKeys(at, last.at) >= 0) last = { at, affected: Boolean(introduced) }
      }
      return last?.affected ?? false
    })
  })
}
