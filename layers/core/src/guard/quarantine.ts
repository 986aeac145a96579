import { latestTaken } from '../clock.ts'
import { finding } from '../finding.ts'
import { type Backup, type BackupList, isProven } from '../ports/backups.ts'
import type { Finding } from '../report.ts'

/** A backup that is in quarantine. */
export interface Quarantined extends Backup {
  readonly quarantine: NonNullable<Backup['quarantine']>
}

const isQuarantined = (backup: Backup): backup is Quarantined => backup.quarantine !== null

/** Every backup in quarantine, oldest first. */
export const quarantined = (backups: readonly Backup[]): Quarantined[] => backups.filter(isQuarantined)

/**
 * The quarantines that stand, oldest first: until they are accepted, or a later backup that counts shows that
 * what vanished is there again. One of a clock that ran ahead shows nothing: it may have been made before.
 *
 * @param currentAt until when the newest proven backup is known to be current; null where that is not known
 * @param at now
 */
export function standingQuarantines(
  backups: readonly Backup[],
  currentAt: Date | null,
  at: Date,
): Quarantined[] {
  const times = backups.filter(isProven).map(({ manifest }) => Date.parse(manifest.takenAt))
  if (currentAt !== null) times.push(currentAt.getTime())
  const good = Math.max(...times.filter((time) => time <= latestTaken(at)), Number.NEGATIVE_INFINITY)
  return quarantined(backups).filter(({ manifest }) => Date.parse(manifest.takenAt) > good)
}

/** One of each quarantine that stands; what is kept as evidence is told of one that does not any more. */
export function quarantineFindings(list: BackupList, currentAt: Date | null, at: Date): Finding[] {
  if (list.quarantineUnreadable !== null) {
    return [
      finding('backup.quarantined', 'unknown', {
        expected: 'a readable record',
        actual: list.quarantineUnreadable,
      }),
    ]
  }
  const standing = standingQuarantines(list.backups, currentAt, at)
  if (standing.length > 0) return standing.map(standingFinding)
  const past = quarantined(list.backups)
  const actual = past.length === 0 ? 'none' : `none that stands; ${past.length} kept as evidence`
  const evidence = past.map(
    ({ manifest, quarantine }) => `${manifest.id} does not count: ${quarantine.reason}`,
  )
  return [finding('backup.quarantined', 'ok', { actual, evidence })]
}

const standingFinding = ({ manifest: { id, reason, takenAt }, quarantine }: Quarantined): Finding =>
  finding('backup.quarantined', 'critical', {
    subject: id,
    expected: 'what was there before',
    actual: quarantine.reason,
    advice: `compare: hubkeeper restore latest --dry-run; put back what was lost: hubkeeper restore latest; or say that it was meant: hubkeeper backups accept ${id} --reason TEXT`,
    evidence: [
      `taken at ${takenAt}${reason === 'safety' ? ' before a restore: the next backup shows whether all is there again' : ''}`,
      `in quarantine since ${quarantine.since}: it is kept, it does not count, and no backup is deleted`,
    ],
  })
