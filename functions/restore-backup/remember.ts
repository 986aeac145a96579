import {
  type ContentDigest,
  hours,
  type RememberedContent,
  type Restoration,
  type RestoreScope,
  rememberedContent,
} from '@hubkeeper/core'
import type { Chosen, RestoreContext } from './context.ts'

/** For how long a server may bring back what it had loaded, ms. */
const watchFor = hours(24)

/** What is known of a restore before it begins. */
interface Intention {
  readonly chosen: Chosen
  readonly scope: RestoreScope
  readonly undo: boolean
  readonly restored: ContentDigest | null
  readonly replaced: ContentDigest | null
}

const remembered = (content: ContentDigest | null): RememberedContent | null =>
  content === null ? null : rememberedContent(content)

/** Whether a safety copy of the one restore holds all that the other one replaces. */
const covers = (one: RestoreScope, other: RestoreScope): boolean => one === 'both' || one === other

/** What is noted of a restore that has begun. */
export interface Begun {
  readonly restoration: Restoration
  /** Notes the restore before it again: this one touched nothing. */
  withdraw(): Promise<void>
}

/** Notes what is about to be done, before anything is touched. */
export async function noteIntention(
  { backups, now, run }: Pick<RestoreContext, 'backups' | 'now' | 'run'>,
  { chosen, replaced, restored, scope, undo }: Intention,
): Promise<Begun> {
  const last = await backups.restoration()
  const { id } = chosen.backup.manifest
  const goesOn =
    last !== null &&
    last.finishedAt === null &&
    last.backup === id &&
    last.undo === undo &&
    covers(last.scope, scope)
  const restoration: Restoration = {
    schema: 1,
    run,
    firstRun: goesOn ? last.firstRun : run,
    backup: id,
    undo,
    // An undo has to put back what the attempts before may have replaced as well.
    scope: goesOn ? last.scope : scope,
    withdrawn: [],
    startedAt: now().toISOString(),
    finishedAt: null,
    restored: remembered(restored),
    replaced: remembered(replaced),
    watchUntil: null,
    settledAt: null,
  }
  await backups.noteRestoration(restoration)
  return {
    restoration,
    async withdraw() {
      const standing = last ?? restoration
      await backups.noteRestoration({ ...standing, withdrawn: [...standing.withdrawn, run] })
    },
  }
}

/**
 * Notes that it is done.
 *
 * @param watched whether a server may have loaded the old content, and bring it back
 */
export async function noteDone(
  { backups, now }: Pick<RestoreContext, 'backups' | 'now'>,
  restoration: Restoration,
  watched: boolean,
): Promise<Restoration> {
  const at = now()
  const done: Restoration = {
    ...restoration,
    finishedAt: at.toISOString(),
    watchUntil: watched ? new Date(at.getTime() + watchFor).toISOString() : null,
    settledAt: watched ? null : at.toISOString(),
  }
  await backups.noteRestoration(done)
  return done
}
