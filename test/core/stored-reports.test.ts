import { days, keys, listReports, type Report, storedReports } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'
import { reportOf } from '../review/support/histories.ts'

const to = new Date('2026-12-01T12:00:00.000Z')
const from = new Date(to.getTime() - days(30))
const ago = (count: number): Date => new Date(to.getTime() - days(count))

/** A store with reports of backups so many days ago. */
async function storeOf(...reports: readonly Report[]) {
  const store = memoryStore()
  for (const report of reports)
    await store.put(keys.report(report.task, report.run, 'json'), JSON.stringify(report))
  return store
}

const backup = (day: number, rest: Partial<Report> = {}): Report => ({
  ...reportOf({ task: 'backup', at: ago(day) }),
  ...rest,
})

describe('the reports of a time', () => {
  it('are the newest of many, and the others are counted', async () => {
    const reports = [9, 7, 5, 3, 1].map((day) => backup(day))
    const archive = storedReports({ store: await storeOf(...reports, backup(40)) })
    expect(await archive.between('backup', from, to, { limit: 2 })).toEqual({
      reports: reports.slice(-2),
      unreadable: [],
      leftOut: 3,
    })
  })

  it('are none of a run that pretended another moment, which is of no time', async () => {
    const pretending = { pretendedAt: '2027-05-01T00:00:00.000Z' }
    const real = [backup(9), backup(7)]
    const archive = storedReports({ store: await storeOf(...real, backup(1, pretending)) })
    expect((await archive.between('backup', from, to)).reports).toEqual(real)
    expect((await archive.between('backup', from, to, { limit: 1 })).reports).toEqual(real.slice(1))
    expect(await archive.newest('backup', to)).toEqual(real[1])
  })

  it('are none of another task or run, whose file came to lie there', async () => {
    const { run } = backup(2)
    const store = await storeOf(backup(3))
    await store.put(keys.report('backup', run, 'json'), JSON.stringify(backup(20)))
    expect(await storedReports({ store }).between('backup', from, to)).toMatchObject({
      reports: [{ task: 'backup' }],
      unreadable: [keys.report('backup', run, 'json')],
    })
  })

  it('that are deleted between the list and the look are not there, rather than broken', async () => {
    const [kept, gone] = [backup(3), backup(2)]
    const store = await storeOf(kept, gone)
    const get: typeof store.get = async (key) => (key.includes(gone.run) ? null : store.get(key))
    const archive = storedReports({ store: { list: store.list.bind(store), get } })
    expect(await archive.between('backup', from, to)).toEqual({ reports: [kept], unreadable: [], leftOut: 0 })
  })

  it('are told apart from anything else that lies there', async () => {
    const report = backup(2)
    const store = await storeOf(report)
    const others = [
      // Of a ULID the first letter is 7 at most; else it has no time.
      keys.report('backup', '8ZZZZZZZZZ0000000000000000', 'json'),
      keys.report('backup', report.run, 'md'),
      keys.attachment('backup', report.run, `${report.run}.json`),
      'reports/monthly_performance_20261201.json',
    ]
    for (const key of others) await store.put(key, '{}')
    expect(await listReports(store, null)).toEqual([
      {
        key: keys.report('backup', report.run, 'json'),
        task: 'backup',
        run: report.run,
        began: ago(2).getTime(),
      },
    ])
    expect(await listReports(store, 'cleanup')).toEqual([])
  })
})
