import type { BackupList } from '@hubkeeper/core'
import { tasks } from '../../../functions/tasks.ts'
import { type Content, sha256Of } from './content.ts'
import type { Model, storedBackups } from './model.ts'
import type { Order } from './scenario.ts'

/** What one run came to. */
export interface Ending {
  readonly order: Order
  /** The kind of its outcome, or the code of its error. */
  readonly code: string
  /** From then on there has to be a proven backup. */
  readonly proves: boolean
}

interface Findings {
  /** Of the database, now. */
  readonly content: Content
  readonly live: boolean
  readonly model: Model
  readonly endings: readonly Ending[]
  readonly stored: ReturnType<typeof storedBackups>
}

/** Until when the database held a content, ms; 0 when it never did. */
export const outlived = ({ versions }: Model, digest: string | null): number =>
  Math.max(
    ...versions.map(({ content }, index) =>
      content.digest === digest ? (versions[index + 1]?.from ?? Number.POSITIVE_INFINITY) : 0,
    ),
  )

/** What has to be true at any moment of a database and its backups. */
export function inspect({ content, endings, live, model, stored }: Findings, list: BackupList): void {
  const newest = model.versions.at(-1)?.content.digest
  model.check(content.digest === newest, 'the database is not what was last written')
  const safe = stored.filter(({ manifest }) => manifest.reason === 'safety')
  const kept = new Set([content, ...safe.map((copy) => copy.content)].flatMap(({ rows }) => [...rows]))
  const lost = [...model.told].filter((id) => !kept.has(id) && !model.expired.has(id))
  // Into a live database, what was committed right before a restore is in no safety copy.
  if (!live) model.check(lost.length === 0, `committed rows ${lost} are lost`)
  for (const { certificate, manifest } of list.backups) {
    const copy = stored.find((backup) => backup.manifest.id === manifest.id)
    if (certificate === null || copy === undefined || certificate.level === 'none') continue
    model.check(sha256Of(copy.body) === certificate.sha256, `${manifest.id} is not what was certified`)
    model.check(copy.content.digest === certificate.digest, `${manifest.id} does not restore to its digest`)
    model.check(outlived(model, certificate.digest) > 0, `${manifest.id} holds what was never there`)
  }
  const proven = list.backups.some(({ certificate }) => certificate !== null && certificate.digest !== null)
  model.check(proven || !endings.some(({ proves }) => proves), 'there is no proven backup any more')
  for (const { name } of tasks) {
    const successes = endings.filter(
      ({ code, order }) => code === 'ran' && order.scheduled && order.task === name,
    )
    model.check(successes.length < 2, `${name} succeeded twice in one slot`)
  }
}
