import { manifestSchema } from '@hubkeeper/core'
import type { ObjectChange } from '../../fakes/memory-store.ts'
import type { Content } from './content.ts'

/** A version that the database had. */
interface Version {
  readonly content: Content
  readonly from: number
}

/** A run, as far as what it changes goes. */
interface Changer {
  readonly task: string
  readonly run: string
  readonly snapshots: readonly number[]
  unsettled: ReadonlySet<number> | null
}

/** What is true of the database whatever happens; collects whatever contradicts it. */
export interface Model {
  readonly violations: string[]
  readonly versions: readonly Version[]
  /** Ids of the rows that the hub was told are committed. */
  readonly told: ReadonlySet<number>
  /** Rows that were in safety copies past their time. */
  readonly expired: ReadonlySet<number>
  /** The hub was told that a row is committed. */
  tell(id: number): void
  /** The hub wrote. */
  wrote(after: Content): void
  /** A keeper’s task changed the database, or tried to. */
  changed(by: Changer, before: Content, after: Content, live: boolean): void
  /** A part of a backup was deleted. */
  deleted(by: Changer | undefined, part: ObjectChange): void
  /** A run has ended well: now its safety copies hold all that it replaced. */
  settle(by: Changer): void
  check(holds: boolean, otherwise: string): void
}

/** The stored objects that a model looks at. */
interface StoredBodies {
  keys(): string[]
  body(key: string): Uint8Array | null
}

/** Every stored backup with what it holds, whoever made it. */
export function storedBackups(store: StoredBodies, contentOf: (body: Uint8Array) => Content) {
  return store
    .keys()
    .filter((key) => /^backups\/[^/]+\/manifest\.json$/.test(key))
    .flatMap((key) => {
      const manifest = manifestSchema.parse(
        JSON.parse(new TextDecoder().decode(store.body(key) ?? new Uint8Array())),
      )
      const body = store.body(manifest.key)
      return body === null ? [] : [{ manifest, body, content: contentOf(body) }]
    })
}

/** Proven backups that retention never goes below. */
export const leastProven = 2

const isCertificateOf = (id: string, key: string): boolean => key.startsWith(`backups/${id}/certificate-`)

const less = (all: ReadonlySet<number>, others: ReadonlySet<number>): number[] =>
  [...all].filter((id) => !others.has(id))

/** The model of a database that held `first` at the start. */
export function createModel(options: {
  readonly first: Content
  readonly now: () => number
  readonly store: StoredBodies
  readonly contentOf: (body: Uint8Array) => Content
}): Model {
  const { contentOf, first, now, store } = options
  const versions: Version[] = [{ content: first, from: now() }]
  const told = new Set(first.rows)
  const expired = new Set<number>()
  const violations: string[] = []
  const check: Model['check'] = (holds, otherwise) => {
    if (!holds) violations.push(otherwise)
  }
  /** What the safety copies of a run hold; null when it made none. */
  function safeRows(run: string): Set<number> | null {
    const copies = storedBackups(store, contentOf).filter(
      ({ manifest }) => manifest.reason === 'safety' && manifest.run === run,
    )
    return copies.length === 0 ? null : new Set(copies.flatMap(({ content }) => [...content.rows]))
  }

  function demandKept(lost: readonly number[], run: string, excused: ReadonlySet<number>): void {
    const safe = safeRows(run)
    const missing = lost.filter((id) => !safe?.has(id) && !excused.has(id))
    check(missing.length === 0, `rows ${missing} are neither restored nor in the safety copy`)
  }

  /** What the hub committed since; into a live database, it cannot be kept from that. */
  const committedSince = (since: number): Set<number> => {
    const before = versions.findLast(({ from }) => from <= since)?.content.rows ?? new Set<number>()
    const after = versions.filter(({ from }) => from > since).flatMap(({ content }) => [...content.rows])
    return new Set(less(new Set(after), before))
  }

  return {
    violations,
    versions,
    told,
    expired,
    check,
    tell: (id) => void told.add(id),
    wrote: (content) => void versions.push({ content, from: now() }),

    changed(by, before, after, live) {
      if (before.digest === after.digest) return
      check(by.task === 'restore-backup', `${by.task} changed the content`)
      const backups = storedBackups(store, contentOf)
      const known = backups.some(({ content }) => content.digest === after.digest)
      check(known, 'what was restored is no backup')
      check(safeRows(by.run) !== null, 'a restore made no safety copy')
      const lost = less(before.rows, after.rows)
      // A server cannot be kept from committing between the look at its database and the restore.
      demandKept(lost, by.run, live ? committedSince(by.snapshots[0] ?? 0) : new Set())
      const late = live ? committedSince(by.snapshots.at(-1) ?? 0) : new Set<number>()
      by.unsettled = new Set(lost.filter((id) => !late.has(id)))
      versions.push({ content: after, from: now() })
    },

    deleted(by, { before, key }) {
      check(by?.task === 'cleanup', `${by?.task} deleted ${key}`)
      if (!key.endsWith('/manifest.json') || before === null) return
      const manifest = manifestSchema.parse(JSON.parse(new TextDecoder().decode(before)))
      const body = store.body(manifest.key)
      check(body !== null, `the copy of ${manifest.id} was deleted before its manifest`)
      if (body !== null && manifest.reason === 'safety')
        for (const id of contentOf(body).rows) expired.add(id)
      const isProven = (id: string): boolean => store.keys().some((other) => isCertificateOf(id, other))
      const left = storedBackups(store, contentOf).filter((backup) => isProven(backup.manifest.id))
      if (!isProven(manifest.id)) return
      check(left.length >= leastProven, `${left.length} proven backups are left`)
      const newer = left.some((backup) => backup.manifest.takenAt > manifest.takenAt)
      check(newer, 'the newest proven backup was deleted')
    },

    settle(by) {
      if (by.unsettled !== null) demandKept([...by.unsettled], by.run, new Set())
    },
  }
}
