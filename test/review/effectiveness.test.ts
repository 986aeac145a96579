import { daily, days, type ExpectedTask, hours, onDemand, type Signature, weekly } from '@hubkeeper/core'
import { automationOpportunities, comingRuns, effectFinding, effectivenessOf } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { historyOf, type RunMade } from './support/histories.ts'

/** A Tuesday. */
const to = new Date('2026-12-01T12:00:00.000Z')
const from = new Date(to.getTime() - days(10))

const backup: ExpectedTask = { name: 'backup', schedule: daily('04:30') }
const cleanup: ExpectedTask = { name: 'cleanup', schedule: weekly('sunday', '14:45') }
const restore: ExpectedTask = { name: 'restore-backup', schedule: onDemand }
const tasks = [backup, cleanup, restore]

/** 04:30 so many days before the last one. */
const morning = (before: number): Date => new Date(Date.parse('2026-12-01T04:30:00.000Z') - days(before))

const done = (before: number, rest: Partial<RunMade> = {}): RunMade => ({
  task: 'backup',
  at: morning(before),
  ...rest,
})

const effects = (runs: readonly RunMade[]) => effectivenessOf(historyOf(runs, { from, to }), tasks, [], 'UTC')
const effectOf = (runs: readonly RunMade[], task = 'backup') => {
  const found = effects(runs).find((each) => each.task === task)
  if (found === undefined) throw new Error(`no ${task}`)
  return found
}

const everyDay = Array.from({ length: 10 }, (_, i) => done(9 - i, { seconds: 10 + i }))

describe('maintenance', () => {
  it('is effective where every scheduled time was kept', () => {
    expect(effectOf(everyDay)).toMatchObject({
      ...{ runs: 10, completed: 10, failed: 0, late: 0, scheduled: 10, missed: 0, byHand: 0 },
      ...{ typicalSeconds: 14.5, longestSeconds: 19 },
    })
    expect(effectFinding(effectOf(everyDay))).toMatchObject({
      status: 'ok',
      expected: 'done at 10 scheduled times',
      actual: '10 completed',
    })
  })

  it('counts what failed, was late beyond its grace, or never came', () => {
    const runs = everyDay.flatMap((run, i) => {
      if (i === 2)
        return [
          { ...run, failed: true },
          { ...run, at: new Date(run.at.getTime() + hours(1)) },
        ]
      if (i === 5) return [{ ...run, scheduledFor: run.at, at: new Date(run.at.getTime() + hours(5)) }]
      return i === 7 ? [] : [run]
    })
    const effect = effectOf(runs)
    expect(effect).toMatchObject({ runs: 10, completed: 9, failed: 1, late: 1, missed: 1 })
    expect(effectFinding(effect)).toMatchObject({
      status: 'warning',
      actual: '9 completed, 1 failed, 1 late, 1 missed',
    })
  })

  it('forgives one run that failed or came late', () => {
    const runs = everyDay.map((run, i) => (i === 4 ? { ...run, failed: true } : run))
    // The same run that failed also left its day without a success.
    expect(effectOf(runs)).toMatchObject({ failed: 1, missed: 1 })
    const again = [...runs, { ...done(5), at: new Date(morning(5).getTime() + hours(1)) }]
    expect(effectFinding(effectOf(again)).status).toBe('ok')
  })

  it('counts a run by hand as done, and expects nothing of the time before the first report', () => {
    const runs = everyDay.slice(6).map((run) => ({ ...run, scheduledFor: null }))
    expect(effectOf(runs)).toMatchObject({ runs: 4, byHand: 4, scheduled: 4, missed: 0 })
    expect(effectOf(runs, 'cleanup')).toMatchObject({ runs: 0, scheduled: 1, missed: 1 })
    expect(effectOf([])).toMatchObject({ scheduled: 0, missed: 0 })
  })

  it('says nothing against a task on demand that nobody asked for, and tells of one that is overdue', () => {
    expect(effectFinding(effectOf(everyDay, 'restore-backup')).status).toBe('skipped')
    const overdue = { ...effectOf(everyDay), overdue: hours(30) }
    expect(effectFinding(overdue)).toMatchObject({
      status: 'warning',
      evidence: ['overdue for 1 d 6 h by now'],
    })
  })

  it('that is overdue is wanting also where its time came before those that are looked at', () => {
    const never = { ...effectOf([], 'cleanup'), overdue: hours(78 * 24) }
    expect(effectFinding(never)).toMatchObject({ status: 'warning', expected: 'done when it was due' })
  })

  it('is late where a clock was set back in the midst of it, not shorter than nothing', () => {
    expect(effectOf([done(1, { seconds: -60 })]).longestSeconds).toBe(0)
  })
})

describe('what was done by hand', () => {
  const signature = (item: string, before: number): Signature => ({
    item,
    by: 'Ada',
    note: 'done',
    at: new Date(to.getTime() - days(before)).toISOString(),
    until: to.toISOString(),
  })

  it('more than twice is an opportunity', () => {
    const byHand = (task: string, count: number): RunMade[] =>
      Array.from({ length: count }, (_, i) => ({
        task,
        at: new Date(morning(i).getTime() + hours(6)),
        scheduledFor: null,
      }))
    const history = historyOf(
      [...byHand('backup', 4), ...byHand('cleanup', 2), ...byHand('restore-backup', 3)],
      { from, to },
    )
    const signatures = [1, 2, 3, 4, 5].map((before) => signature('services-restarted', before))
    const withdrawn = [1, 2, 3].map((each) => {
      const { at, ...rest } = signature('withdrawn', each)
      return { ...rest, at, until: at }
    })
    const before = [20, 21, 22].map((each) => signature('training', each))
    expect(automationOpportunities(history, tasks, [...signatures, ...withdrawn, ...before])).toMatchObject([
      { what: 'services-restarted', kind: 'signature', times: 5 },
      { what: 'backup', kind: 'run', times: 4, instead: expect.stringContaining('schedule install') },
      { what: 'restore-backup', kind: 'run', times: 3 },
    ])
  })
})

it('what runs by schedule as well is not to be scheduled once more', () => {
  const extra = [1, 2, 3].map(
    (before): RunMade => ({
      task: 'backup',
      at: new Date(morning(before).getTime() + hours(6)),
      scheduledFor: null,
    }),
  )
  const [found] = automationOpportunities(historyOf([...everyDay, ...extra], { from, to }), tasks, [])
  expect(found).toMatchObject({
    what: 'backup',
    times: 3,
    instead: 'it runs by schedule as well: see what makes it needed in between',
  })
})

describe('what is to come', () => {
  it('is each task’s next time, soonest first', () => {
    expect(comingRuns(tasks, 'Europe/Berlin', to, 31)).toEqual([
      { task: 'backup', at: new Date('2026-12-02T03:30:00.000Z'), cadence: 'daily' },
      { task: 'cleanup', at: new Date('2026-12-06T13:45:00.000Z'), cadence: 'weekly' },
    ])
    expect(comingRuns(tasks, 'UTC', to, 2).map(({ task }) => task)).toEqual(['backup'])
  })
})
