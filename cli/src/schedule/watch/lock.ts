import { join } from 'node:path'
import { HubkeeperError } from '@hubkeeper/core'
import { type HeldLock, holderOf, holdLock } from '@hubkeeper/local'
import type { ConfiguredHub } from '../../config.ts'
import { thisOwner } from '../../owner.ts'

const lockOf = ({ root }: ConfiguredHub): string => join(root, 'state/watch.db')

/** Who watches these hubs now, as host and process id; null when one of them is watched by nobody. */
export function watcherOf(hubs: readonly ConfiguredHub[]): string | null {
  const holders = new Set(hubs.map((hub) => holderOf(lockOf(hub))))
  return holders.has(null) ? null : [...holders].join(', ')
}

/** Makes this process the one that watches these hubs. @throws HubkeeperError when one is watched already */
export function becomeWatcher(hubs: readonly ConfiguredHub[]): HeldLock {
  const held: HeldLock[] = []
  const release = (): void => {
    for (const lock of held) lock.release()
  }
  for (const configured of hubs) {
    const lock = holdLock(lockOf(configured), thisOwner)
    if (lock !== null) {
      held.push(lock)
      continue
    }
    release()
    const holder = holderOf(lockOf(configured)) ?? 'another process'
    throw new HubkeeperError('run-in-progress', `${configured.hub.id} is watched already, by ${holder}`, {
      hint: 'one hubkeeper watch is enough; end that one first',
    })
  }
  return { release }
}
