/** One value of a metric, as a hub tells of it. */
export interface MetricSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  /** May be NaN or infinite. */
  readonly value: number
}

/** What a page of metrics says. */
export interface MetricsPage {
  readonly samples: readonly MetricSample[]
  /** What each metric is said to be, such as `counter` or `histogram`, by its name. */
  readonly types: ReadonlyMap<string, string>
  /** Lines that are neither samples nor comments. */
  readonly unreadable: number
}

const typeLine = /^#[ \t]+TYPE[ \t]+([a-zA-Z_:][\w:]*)[ \t]+(\w+)$/
const sampleName = /^[a-zA-Z_:][\w:]*/
/** A label with what separates it from the next; `\\`, `\"` and `\n` are the escapes in its value. */
const label = /[ \t]*([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|(?=\}))/y
/** The value, and a timestamp, and the exemplar that OpenMetrics lets follow. */
const rest = /^[ \t]*(\S+)(?:[ \t]+[+-]?\d+(?:\.\d*)?)?(?:[ \t]+#[ \t]*\{.*)?$/
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const infinity = /^([+-]?)inf(inity)?$/i
/** No metric has a longer line. */
const maxLine = 64 * 1024

/**
 * Reads the text in which Prometheus is told of metrics (its exposition format 0.0.4, and what
 * OpenMetrics writes alike). Lines that cannot be read are counted, and the others kept.
 */
export function readMetrics(text: string): MetricsPage {
  const samples: MetricSample[] = []
  const types = new Map<string, string>()
  let unreadable = 0
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue
    if (line.startsWith('#')) {
      const [, name, type] = typeLine.exec(line) ?? []
      if (name !== undefined && type !== undefined) types.set(name, type)
      continue
    }
    const sample = sampleOf(line)
    if (sample === null) unreadable += 1
    else samples.push(sample)
  }
  return { samples, types, unreadable }
}

/** The sample of a line; null where it is none. */
function sampleOf(line: string): MetricSample | null {
  const name = sampleName.exec(line)?.[0]
  if (name === undefined || line.length > maxLine) return null
  const labelled = /^[ \t]*\{/.exec(line.slice(name.length))?.[0]
  // Without labels, at least one blank comes before the value.
  if (labelled === undefined && !/^[ \t]/.test(line.slice(name.length))) return null
  const labels = labelsFrom(line, name.length + (labelled?.length ?? 0), labelled !== undefined)
  if (labels === null) return null
  const value = numberOf(rest.exec(line.slice(labels.end))?.[1] ?? '')
  return value === null ? null : { name, labels: labels.found, value }
}

/** The labels from `start`, which is behind the brace, and where they end; null where they cannot be read. */
function labelsFrom(
  line: string,
  start: number,
  braced: boolean,
): { found: Map<string, string>; end: number } | null {
  const found = new Map<string, string>()
  if (!braced) return { found, end: start }
  let end = start
  for (;;) {
    const closing = /^[ \t]*\}/.exec(line.slice(end))
    if (closing !== null) return { found, end: end + closing[0].length }
    label.lastIndex = end
    const [whole, name, value] = label.exec(line) ?? []
    if (whole === undefined || name === undefined || value === undefined) return null
    found.set(name, unescaped(value))
    end += whole.length
  }
}

/** Any other escape stands for itself, as Prometheus reads it. */
const unescaped = (text: string): string =>
  text.replace(/\\([\\"n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))

/** A number as Go writes it; null for anything else. */
function numberOf(text: string): number | null {
  if (decimal.test(text)) return Number(text)
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  const infinite = infinity.exec(text)
  if (infinite === null) return null
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** Whether a sample has each of these labels with this value. */
const matches = ({ labels }: MetricSample, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => labels.get(name) === value)

/**
 * The sum of a metric's samples, over all their labels or those with `wanted` ones; null where there are
 * none, as with a labelled metric that nothing was counted of yet, or where it is no number.
 */
export function metricSum(
  { samples }: MetricsPage,
  name: string,
  wanted: Readonly<Record<string, string>> = {},
): number | null {
  const values = samples.filter((sample) => sample.name === name && matches(sample, wanted))
  const sum = values.reduce((total, { value }) => total + value, 0)
  return values.length > 0 && Number.isFinite(sum) ? sum : null
}

/**
 * The quantile `share` (0–1) of a histogram, between the limits of its bucket as Prometheus reckons it,
 * over all its samples with `wanted` labels. Null where it counted nothing; the largest limit for what
 * lies above all limits.
 */
export function histogramQuantile(
  { samples }: MetricsPage,
  name: string,
  share: number,
  wanted: Readonly<Record<string, string>> = {},
): number | null {
  const counts = new Map<number, number>()
  for (const sample of samples) {
    const limit = numberOf(sample.labels.get('le') ?? '')
    if (sample.name !== `${name}_bucket` || limit === null || !matches(sample, wanted)) continue
    counts.set(limit, (counts.get(limit) ?? 0) + sample.value)
  }
  const buckets = [...counts].sort(([a], [b]) => a - b)
  const total = buckets.at(-1)
  if (total === undefined || total[0] !== Number.POSITIVE_INFINITY || !(total[1] > 0)) return null
  let below: readonly [limit: number, count: number] = [Math.min(0, buckets[0]?.[0] ?? 0), 0]
  for (const [limit, count] of buckets) {
    if (count < share * total[1]) {
      below = [limit, count]
      continue
    }
    if (limit === Number.POSITIVE_INFINITY) return below[0]
    const within = count === below[1] ? 1 : (share * total[1] - below[1]) / (count - below[1])
    return below[0] + (limit - below[0]) * within
  }
  return null
}
