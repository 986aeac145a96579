import { createHash } from 'node:crypto'
import type { Backup, BackupReason, Certificate, ObjectStore, Pin } from '@hubkeeper/core'
import { days, hours, keys } from '@hubkeeper/core'
import fc from 'fast-check'

/** What a test says of one stored backup. */
export interface Past {
  readonly takenAt: Date
  readonly proven?: boolean
  readonly reason?: BackupReason
  /** Rows of its only table. */
  readonly rows?: number
  readonly pin?: Pin | null
}

const body = (id: string): string => `the copy of ${id}`
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The id that custody would give, with a number that makes it unique. */
export const idOf = (takenAt: Date, i: number): string =>
  `${takenAt.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')}-${i.toString(36).padStart(6, '0')}`

/** Backups as custody lists them, oldest first. */
export function backupsOf(history: readonly Past[]): Backup[] {
  const all = history.map(
    ({ pin = null, proven = true, reason = 'daily', rows = 100, takenAt }, i): Backup => {
      const id = idOf(takenAt, i)
      const manifest = {
        schema: 1 as const,
        id,
        hub: 'hub',
        database: 'knowledge/hub.db',
        key: `${keys.backup(id)}hub.db`,
        reason,
        run: 'run',
        takenAt: takenAt.toISOString(),
        bytes: body(id).length,
        sha256: sha256(body(id)),
        sourceEtag: null,
        files: [],
      }
      return { manifest, certificate: proven ? certificateOf(manifest, rows) : null, pin, quarantine: null }
    },
  )
  return all.sort((a, b) => a.manifest.takenAt.localeCompare(b.manifest.takenAt))
}

const certificateOf = (manifest: Backup['manifest'], rows: number): Certificate => ({
  schema: 1,
  backup: manifest.id,
  hub: manifest.hub,
  database: manifest.database,
  level: 'content',
  issuedAt: manifest.takenAt,
  run: 'run',
  bytes: manifest.bytes,
  sha256: manifest.sha256,
  digest: sha256(`${rows}`),
  tables: [{ name: 'articles', rows, digest: sha256(`${rows}`) }],
  foreignKeyViolations: 0,
  faults: [],
  stages: [],
  files: null,
  missing: [],
  engine: '3.53.4',
  crossCheck: { engine: null, skipped: 'a test' },
  previous: null,
})

/** Writes backups as custody stored them before there was a record of certificates, with their pins. */
export async function storeBackups(
  store: Pick<ObjectStore, 'put'>,
  backups: readonly Backup[],
): Promise<void> {
  let previous: string | null = null
  for (const { certificate, manifest } of backups) {
    await store.put(manifest.key, body(manifest.id))
    await store.put(keys.manifest(manifest.id), JSON.stringify(manifest))
    if (certificate === null) continue
    const key = keys.certificate(manifest.id, '01KBAR0000000000000000000')
    const text = JSON.stringify({ ...certificate, previous })
    previous = sha256(text)
    await store.put(key, text)
    await store.put(keys.certificateHead, JSON.stringify({ digest: previous, certificate: key }))
  }
  const pins = backups.flatMap(({ manifest, pin }) => (pin === null ? [] : [[manifest.id, pin] as const]))
  if (pins.length > 0) await store.put(keys.pins, JSON.stringify({ pins: Object.fromEntries(pins) }))
}

/** A backup a day, at 04:30 UTC. */
export const dailyFrom = (first: Date, count: number): Past[] =>
  Array.from({ length: count }, (_, i) => ({ takenAt: new Date(first.getTime() + days(i)) }))

const somePin: Pin = { by: 'anna', reason: 'audit', at: '2026-01-01T00:00:00.000Z' }

const past = fc.record({
  gap: fc.oneof(
    { weight: 6, arbitrary: fc.constant(24) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 240 }) },
    { weight: 1, arbitrary: fc.integer({ min: -2000, max: 4000 }) },
  ),
  proven: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() }),
  reason: fc.constantFrom<BackupReason>('daily', 'maintenance', 'request', 'safety'),
  rows: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 95, max: 110 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 110 }) },
  ),
  pin: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant(somePin) }),
})

/** Up to hundreds of backups, made by a clock that now and then jumps, in hours from one to the next. */
export const histories = (max: number): fc.Arbitrary<Past[]> =>
  fc.array(past, { maxLength: max, size: 'max' }).map((steps) => {
    let time = Date.parse('2023-03-01T04:30:00.000Z')
    return steps.map(({ gap, ...rest }) => {
      time += hours(gap)
      return { ...rest, takenAt: new Date(time) }
    })
  })
