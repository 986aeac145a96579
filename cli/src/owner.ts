import { hostname } from 'node:os'

/** This process, as the owner of claims and leases. */
export const thisOwner = `${hostname()}:${process.pid}`

/** Whether an owner was a process of this machine that is gone. Of other machines nothing is known. */
export function isGone(owner: string): boolean {
  const [process, host] = [owner.split('/')[0] ?? '', hostname()]
  if (!process.startsWith(`${host}:`)) return false
  try {
    globalThis.process.kill(Number(process.slice(host.length + 1)), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
