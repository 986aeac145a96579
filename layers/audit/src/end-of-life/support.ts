import { days, type SupportAnswer, type SupportCycle, type SupportEnd } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import { newestOnly, supportData, supportDataOf } from './data.ts'

/** What is known of the support of one version. */
export interface Support {
  /** `newest-only`: there are no dates, and nothing but the newest release is supported. */
  readonly end: SupportEnd | 'newest-only' | 'unknown'
  /** The newest release of the same line; null where nothing says. */
  readonly latest: string | null
  /** The line of releases that is supported for the longest; null where nothing says. */
  readonly longest: string | null
  /** Where that comes from and how old it is, one sentence. */
  readonly source: string
}

/** Of these, the deprecation that AWS announces is the end of active support. */
const endsWithActive = new Set(['aws-lambda'])

const endOf = (product: string, { activeEnd, end }: SupportCycle): SupportEnd =>
  endsWithActive.has(product) ? (activeEnd ?? end) : end

/** The line that a version belongs to, `3.11` for `3.11.4`: the longest name that it begins with. */
function cycleOf(version: string, cycles: readonly SupportCycle[]): SupportCycle | null {
  const own = cycles.filter(({ cycle }) => version === cycle || version.startsWith(`${cycle}.`))
  return own.toSorted((a, b) => b.cycle.length - a.cycle.length)[0] ?? null
}

const timeOf = (end: SupportEnd): number => (end instanceof Date ? end.getTime() : Number.NEGATIVE_INFINITY)

function longestOf(product: string, cycles: readonly SupportCycle[]): string | null {
  const [longest] = cycles.toSorted((a, b) => timeOf(endOf(product, b)) - timeOf(endOf(product, a)))
  return longest !== undefined && endOf(product, longest) instanceof Date
    ? plainLine(longest.cycle, 40)
    : null
}

/** Our own list, with its age and why it is what counts. */
function ownSource(answer: SupportAnswer, at: Date): string {
  const age = Math.max(0, Math.floor((at.getTime() - Date.parse(supportDataOf)) / days(1)))
  const own = `Hubkeeper’s own list of ${supportDataOf}, ${age === 1 ? '1 day' : `${age} days`} old`
  switch (answer.state) {
    case 'not-asked':
      return `${own}: no server is to be asked`
    case 'failed':
      return `${own}: ${plainLine(answer.reason)}`
    default:
      return `${own}: the server that was asked does not tell of it`
  }
}

/**
 * For how long a version is supported: as the server says that was asked, else as our own list does.
 *
 * @param product its name at endoflife.date
 * @param answer what that server said of the product
 */
export function supportOfVersion(
  { product, version }: { readonly product: string; readonly version: string },
  answer: SupportAnswer,
  at: Date,
): Support {
  const policy = newestOnly[product]
  if (policy !== undefined) {
    const source = `${policy}, as it was on ${supportDataOf}`
    return { end: 'newest-only', latest: null, longest: null, source }
  }
  const told = answer.state === 'done' ? cycleOf(version, answer.cycles) : null
  if (answer.state === 'done' && told !== null) {
    const source = `endoflife.date, asked on ${at.toISOString().slice(0, 10)}`
    return { ...supportOf(product, told, answer.cycles), source }
  }
  const own = supportData[product] ?? []
  const listed = cycleOf(version, own)
  const source = ownSource(answer, at)
  return listed === null
    ? { end: 'unknown', latest: null, longest: longestOf(product, own), source }
    : { ...knownBefore(version, supportOf(product, listed, own)), source }
}

/** A list of some day does not know what came since: a release before the version itself is not the newest. */
function knownBefore<T extends Pick<Support, 'latest'>>(version: string, support: T): T {
  const numbersOf = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0)
  const [own, listed] = [numbersOf(version), numbersOf(support.latest ?? '')]
  const differs = own.findIndex((number, i) => number !== (listed[i] ?? 0))
  return differs !== -1 && (own[differs] ?? 0) > (listed[differs] ?? 0)
    ? { ...support, latest: null }
    : support
}

const supportOf = (
  product: string,
  cycle: SupportCycle,
  all: readonly SupportCycle[],
): Omit<Support, 'source'> => ({
  end: endOf(product, cycle),
  latest: cycle.latest === null ? null : plainLine(cycle.latest, 40),
  longest: longestOf(product, all),
})
