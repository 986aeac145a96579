import { readdirSync, readFileSync } from 'node:fs'

/** How often memory is looked at, ms: a peak that is shorter may be missed. */
const interval = 50

/** Does some work, and gives the most memory that the children of this process held together meanwhile, bytes. */
export async function withPeakMemory<T>(work: () => Promise<T>): Promise<{ value: T; peak: number }> {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryBelow(process.pid))
  }, interval)
  try {
    const value = await work()
    return { value, peak }
  } finally {
    clearInterval(timer)
  }
}

/** What a function's processes hold; the stand-in is a child as well, and is none of them. */
function memoryBelow(pid: number): number {
  const byParent = Map.groupBy(processes(), ({ parent }) => parent)
  const sum = (of: number): number =>
    (byParent.get(of) ?? []).reduce((total, each) => total + each.bytes + sum(each.pid), 0)
  return (byParent.get(pid) ?? [])
    .filter(({ name }) => !name.startsWith('python') && !name.startsWith('moto'))
    .reduce((total, each) => total + each.bytes + sum(each.pid), 0)
}

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const status = statusOf(name)
      const field = (key: string): string => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? ''
      if (status === '') return []
      return [
        {
          pid: Number(name),
          parent: Number(field('PPid')),
          name: field('Name'),
          bytes: Number(field('VmRSS') || 0) * 1024,
        },
      ]
    })
}

/** '' when it has ended meanwhile. */
function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
