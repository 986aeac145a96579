/** How the sample hub can be told to misbehave; nothing set is a well-behaved one. */
export interface Misbehaviour {
  /** Waits so many ms before every answer. */
  slow?: number
  /** Answers with this status. */
  status?: number
  /** Answers every nth request with 500. */
  failEvery?: number
  /** Calls itself this in its health answer. */
  health?: 'healthy' | 'degraded' | 'unhealthy'
  /** Never answers. */
  hang?: boolean
  /** Redirects everything there. */
  redirect?: string
  /** Sends a body of so many bytes. */
  huge?: number
  /** Sends JSON that ends too early. */
  brokenJson?: boolean
  /** Closes the connection instead of answering. */
  reset?: boolean
  /** Writes so many ERROR lines to its log, now. */
  errorBurst?: number
  /** Holds a lock on its database for so many ms, from now. */
  holdLock?: number
  /** Commits so many rows a second, until it is set to 0. */
  writing?: number
}

const numbers = ['slow', 'status', 'failEvery', 'huge', 'errorBurst', 'holdLock', 'writing'] as const
const switches = ['hang', 'brokenJson', 'reset'] as const
const healths = ['healthy', 'degraded', 'unhealthy'] as const

/** Reads a misbehaviour from JSON. @throws TypeError that names what is wrong */
export function parseMisbehaviour(text: string): Misbehaviour {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object')
  const result: Misbehaviour = {}
  for (const [key, field] of Object.entries(value)) {
    const number = numbers.find((name) => name === key)
    const toggle = switches.find((name) => name === key)
    const health = healths.find((name) => name === field)
    if (number !== undefined && typeof field === 'number') result[number] = field
    else if (toggle !== undefined && typeof field === 'boolean') result[toggle] = field
    else if (key === 'redirect' && typeof field === 'string') result.redirect = field
    else if (key === 'health' && health !== undefined) result.health = health
    else throw new TypeError(`${key}: ${JSON.stringify(field)} is not understood`)
  }
  return result
}
