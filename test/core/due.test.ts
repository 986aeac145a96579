import {
  createLedger,
  daily,
  dueTasks,
  hours,
  type Ledger,
  maxAttempts,
  minutes,
  nextRun,
  type Schedule,
  weekly,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryRecords } from '../fakes/memory-records.ts'

/** A hub with one task, and a clock that the test moves. */
function hubWith(schedule: Schedule, timeZone: string) {
  const tasks = [{ name: 'task', schedule }]
  let now = new Date(0)
  const ledger = createLedger({ records: memoryRecords(), hub: 'hub', timeZone, tasks, now: () => now })
  const due = async (at: Date) => {
    now = at
    const [task] = await dueTasks(ledger, tasks, schedule.cadence, timeZone, at)
    if (task === undefined) throw new Error('the cadence has no task')
    return task
  }
  const move = (at: Date): void => {
    now = at
  }
  return { due, ledger, move }
}

async function end(ledger: Ledger, slot: Date, state: 'succeeded' | 'failed'): Promise<void> {
  const request = { task: 'task', slot: slot.toISOString(), run: 'r', owner: 'o', scheduledFor: slot }
  const claimed = await ledger.claim({ ...request, lease: minutes(2) })
  if (claimed.kind === 'claimed') await claimed.claim.finish(state, state === 'failed' ? 'failed' : 'ok')
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]

describe('what is due', () => {
  it('is nothing before the hub was kept, then every scheduled time once', async () => {
    const { due, ledger, move } = hubWith(daily('04:30'), 'Europe/Berlin')
    expect(await due(new Date('2026-11-25T12:00:00Z'))).toMatchObject({ dueFor: null, givenUp: null })
    await ledger.begin()
    expect((await due(new Date('2026-11-26T03:29:59Z'))).dueFor).toBeNull()
    const { dueFor } = await due(new Date('2026-11-26T03:30:00Z'))
    expect(dueFor?.toISOString()).toBe('2026-11-26T03:30:00.000Z')
    move(new Date('2026-11-26T03:31:00Z'))
    if (dueFor !== null) await end(ledger, dueFor, 'succeeded')
    expect((await due(new Date('2026-11-27T03:29:00Z'))).dueFor).toBeNull()
    // What was missed in between is not made up for.
    expect((await due(new Date('2026-11-30T12:00:00Z'))).dueFor?.toISOString()).toBe(
      '2026-11-30T03:30:00.000Z',
    )
  })

  it('is found again after a clock that ran a year ahead was put right', async () => {
    const { due, ledger, move } = hubWith(daily('04:30'), 'UTC')
    const ahead = new Date('2027-11-26T04:30:00Z')
    move(ahead)
    await ledger.begin()
    await end(ledger, ahead, 'succeeded')
    const right = new Date('2026-11-26T12:00:00Z')
    const { dueFor } = await due(right)
    expect(dueFor?.toISOString()).toBe('2026-11-26T04:30:00.000Z')
    expect((await ledger.punctuality(right))[0]?.overdue).toBe(hours(7.5))
    if (dueFor !== null) await end(ledger, dueFor, 'succeeded')
    expect((await due(new Date('2026-11-26T13:00:00Z'))).dueFor).toBeNull()
    expect(await ledger.newestEntry()).toMatchObject({ at: right })
  })

  it('is tried three times, and then again at its next time', async () => {
    const { due, ledger, move } = hubWith(weekly('sunday', '14:15'), 'UTC')
    move(new Date('2026-11-25T12:00:00Z'))
    await ledger.begin()
    const slot = new Date('2026-11-29T14:15:00Z')
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      expect((await due(new Date(slot.getTime() + minutes(attempt)))).dueFor).toEqual(slot)
      await end(ledger, slot, 'failed')
    }
    expect(await due(new Date('2026-11-30T00:00:00Z'))).toMatchObject({ dueFor: null, givenUp: slot })
    expect((await due(new Date('2026-12-06T14:15:00Z'))).dueFor?.toISOString()).toBe(
      '2026-12-06T14:15:00.000Z',
    )
  })

  it('is left to a run that is under way, however often it was tried', async () => {
    const { due, ledger, move } = hubWith(daily('04:30'), 'UTC')
    move(new Date('2026-11-25T12:00:00Z'))
    await ledger.begin()
    const slot = new Date('2026-11-26T04:30:00Z')
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      await due(slot)
      await end(ledger, slot, 'failed')
    }
    const request = { task: 'task', slot: slot.toISOString(), run: 'r', owner: 'o', scheduledFor: slot }
    await ledger.claim({ ...request, lease: minutes(2) })
    expect((await due(new Date('2026-11-26T04:31:00Z'))).dueFor).toEqual(slot)
    expect((await due(new Date('2026-11-26T04:33:00Z'))).givenUp).toEqual(slot)
  })

  it('is every scheduled time once, in any time zone, across every change of the clocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom('00', '30'),
        fc.constantFrom('2026-03-06', '2026-03-27', '2026-10-23', '2026-10-30', '2026-04-03', '2026-10-02'),
        fc.integer({ min: 3, max: 50 }),
        async (zone, hour, minute, from, everyMinutes) => {
          const schedule = daily(`${String(hour).padStart(2, '0')}:${minute}`)
          const { due, ledger, move } = hubWith(schedule, zone)
          const start = new Date(`${from}T00:01:00Z`)
          const stop = start.getTime() + hours(24 * 5)
          move(start)
          await ledger.begin()
          const ran: string[] = []
          for (let time = start.getTime(); time <= stop; time += minutes(everyMinutes)) {
            const { dueFor } = await due(new Date(time))
            if (dueFor === null) continue
            ran.push(dueFor.toISOString())
            await end(ledger, dueFor, 'succeeded')
          }
          const expected: string[] = []
          const last = stop - minutes(everyMinutes)
          for (let next = nextRun(schedule, zone, start); next !== null && next.getTime() <= last; ) {
            expected.push(next.toISOString())
            next = nextRun(schedule, zone, next)
          }
          // The last wake-up may or may not have seen one more.
          expect(ran.slice(0, expected.length)).toEqual(expected)
          expect(ran.length - expected.length).toBeLessThanOrEqual(1)
          expect(new Set(ran).size).toBe(ran.length)
        },
      ),
      { numRuns: 60 },
    )
  })
})
