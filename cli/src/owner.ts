import { hostname, userInfo } from 'node:os'
import { isGone as isProcessGone } from '@hubkeeper/local'

/** This process, as the owner of claims and leases. */
export const thisOwner = `${hostname()}:${process.pid}`

/** This user’s name and home as the system has them: HOME may still be that of who became this user. */
export function thisAccount(): { readonly user: string; readonly home: string } {
  try {
    const { homedir, username } = userInfo()
    return { user: username, home: homedir }
  } catch {
    // A user of a container may have a number only.
    return { user: `user ${process.getuid?.()}`, home: process.env.HOME ?? '/' }
  }
}

/** Whether an owner was a process of this machine that is gone. Of other machines nothing is known. */
export function isGone(owner: string): boolean {
  const [name, host] = [owner.split('/')[0] ?? '', hostname()]
  if (!name.startsWith(`${host}:`)) return false
  return isProcessGone(Number(name.slice(host.length + 1)))
}
