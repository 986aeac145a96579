import { type Backup, backupFindings } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { backupsOf } from '../support/histories.ts'

const at = new Date('2026-11-25T09:00:00Z')

/** The finding about the age of the newest of these backups. */
function ageOf(...takenAt: string[]) {
  const backups = backupsOf(takenAt.map((time) => ({ takenAt: new Date(time) })))
  const backup: Backup = backups.at(-1) ?? expect.fail('it needs a backup')
  const list = { backups, strays: [], pinsUnreadable: null, quarantineUnreadable: null }
  const newest = { backup, currentAt: new Date(backup.manifest.takenAt) }
  return backupFindings(list, newest, at, {}).find(({ check }) => check === 'backup.age')
}

describe('the age of the newest proven backup', () => {
  it('counts from when it was taken', () => {
    expect(ageOf('2026-11-25T04:30:00Z')).toMatchObject({ status: 'ok', actual: 4.5 * 3600 })
    expect(ageOf('2026-11-22T04:30:00Z')).toMatchObject({ status: 'critical' })
  })

  it('is not that of one whose clock ran ahead, as that would look fresh for a year', () => {
    const age = ageOf('2026-11-20T04:30:00Z', '2027-11-25T04:30:00Z')
    expect(age).toMatchObject({ status: 'critical', actual: 5 * 86_400 + 4.5 * 3600 })
    expect(age?.evidence.join('\n')).toContain('later than this clock shows')
  })

  it('cannot be told when every clock ran ahead', () => {
    expect(ageOf('2027-11-25T04:30:00Z')).toMatchObject({ status: 'unknown' })
  })
})
