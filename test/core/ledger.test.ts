import { createLedger, daily, hours, minutes, type RecordStore, seconds } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { memoryRecords } from '../fakes/memory-records.ts'

const slot = '2026-11-24T04:30:00.000Z'

function setup(records: RecordStore = memoryRecords()) {
  const clock = { now: new Date('2026-11-24T04:30:05Z') }
  const tasks = [{ name: 'backup', schedule: daily('04:30') }]
  const ledger = createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks, now: () => clock.now })
  const claim = (run: string) =>
    ledger.claim({ task: 'backup', slot, run, owner: run, scheduledFor: new Date(slot), lease: minutes(2) })
  const pass = (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms)
  }
  return { ledger, claim, pass, clock }
}

async function claimed(result: ReturnType<ReturnType<typeof setup>['claim']>) {
  const outcome = await result
  if (outcome.kind !== 'claimed') throw new Error('was not claimed')
  return outcome.claim
}

describe('claiming a slot', () => {
  it('succeeds once; a second delivery meanwhile is an error, so that the platform retries it', async () => {
    const { claim } = setup()
    await claimed(claim('a'))
    await expect(claim('b')).rejects.toMatchObject({ code: 'run-in-progress' })
  })

  it('does nothing, and says so, after success', async () => {
    const { claim } = setup()
    await (await claimed(claim('a'))).finish('succeeded', 'warning')
    expect(await claim('b')).toMatchObject({
      kind: 'already-succeeded',
      record: { run: 'a', status: 'warning' },
    })
  })

  it('tries again after a failure, and counts the attempts', async () => {
    const { claim } = setup()
    await (await claimed(claim('a'))).finish('failed', 'failed')
    expect((await claimed(claim('b'))).attempt).toBe(2)
  })

  it('takes over once the lease has ended, and the overtaken run can write nothing more', async () => {
    const { claim, pass } = setup()
    const overtaken = await claimed(claim('a'))
    pass(minutes(2) + 1)
    const claimant = await claimed(claim('b'))
    await expect(overtaken.check()).rejects.toMatchObject({ code: 'lease-lost' })
    await expect(overtaken.renew()).rejects.toMatchObject({ code: 'lease-lost' })
    await expect(overtaken.finish('succeeded', 'ok')).rejects.toMatchObject({ code: 'lease-lost' })
    await claimant.finish('succeeded', 'ok')
  })

  it('does not wait for an owner that is known to have died', async () => {
    const ledger = createLedger({
      records: memoryRecords(),
      hub: 'hub',
      timeZone: 'UTC',
      tasks: [],
      now: () => new Date(),
      isGone: (owner) => owner === 'dead',
    })
    const request = { task: 'backup', slot, run: 'r', scheduledFor: null, lease: minutes(2) }
    await ledger.claim({ ...request, owner: 'dead' })
    expect(await ledger.claim({ ...request, owner: 'alive' })).toMatchObject({ claim: { attempt: 2 } })
    await expect(ledger.claim({ ...request, owner: 'third' })).rejects.toMatchObject({
      code: 'run-in-progress',
    })
    await ledger.acquireWriteLease({ owner: 'dead', holder: 'backup', lease: minutes(2) })
    await expect(ledger.acquireWriteLease({ owner: 'alive', holder: 'x', lease: 1 })).resolves.toBeDefined()
  })

  it('lasts as long as it is renewed', async () => {
    const { claim, pass } = setup()
    const holder = await claimed(claim('a'))
    pass(seconds(100))
    await holder.renew()
    pass(seconds(100))
    await expect(claim('b')).rejects.toMatchObject({ code: 'run-in-progress' })
  })

  it('gives the slot to exactly one of many at once', async () => {
    const { claim } = setup()
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => claim(`run-${i}`)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('the write lease', () => {
  const request = (owner: string) => ({ owner, holder: `task ${owner}`, lease: minutes(2) })

  it('excludes a second writer of the same hub, and names the holder', async () => {
    const { ledger } = setup()
    await ledger.acquireWriteLease(request('a'))
    await expect(ledger.acquireWriteLease(request('b'))).rejects.toMatchObject({
      code: 'write-lease-held',
      message: expect.stringContaining('task a'),
    })
  })

  it('is free again after release, and after its holder died', async () => {
    const { ledger, pass } = setup()
    await (await ledger.acquireWriteLease(request('a'))).release()
    const dead = await ledger.acquireWriteLease(request('b'))
    pass(minutes(3))
    await ledger.acquireWriteLease(request('c'))
    await expect(dead.check()).rejects.toMatchObject({ code: 'lease-lost' })
  })

  it('does not exclude the writers of another hub', async () => {
    const records = memoryRecords()
    await setup(records).ledger.acquireWriteLease(request('a'))
    const other = createLedger({ records, hub: 'other', timeZone: 'UTC', tasks: [], now: () => new Date() })
    await expect(other.acquireWriteLease(request('b'))).resolves.toBeDefined()
  })
})

describe('being overdue', () => {
  it('is measured from the first missed run, grace included', async () => {
    const { claim, ledger, pass, clock } = setup()
    await (await claimed(claim('a'))).finish('succeeded', 'ok')
    pass(hours(25))
    expect((await ledger.punctuality(clock.now))[0]).toMatchObject({ task: 'backup', overdue: 0 })
    pass(hours(2))
    const [late] = await ledger.punctuality(clock.now)
    expect(late?.dueAt?.toISOString()).toBe('2026-11-25T04:30:00.000Z')
    expect(late?.overdue).toBeGreaterThan(hours(3) - minutes(1))
  })

  it('does not forgive a missed day because the next one has just begun', async () => {
    const { claim, ledger, pass, clock } = setup()
    await (await claimed(claim('a'))).finish('succeeded', 'ok')
    pass(hours(48) + minutes(5))
    expect((await ledger.punctuality(clock.now))[0]?.overdue).toBeGreaterThan(hours(24))
  })

  it('begins when the hub was first kept, not before', async () => {
    const { ledger, clock } = setup()
    expect((await ledger.punctuality(clock.now))[0]).toMatchObject({ overdue: 0, lastSuccess: null })
  })
})
