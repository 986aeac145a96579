import {
  createLedger,
  type Expectation,
  type Freeze,
  grantsOf,
  hubSchema,
  type Ledger,
  ledgerAt,
} from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { memoryRecords } from '../fakes/memory-records.ts'

const ledgerOf = (): Ledger =>
  createLedger({
    records: memoryRecords(),
    hub: 'hub',
    timeZone: 'UTC',
    tasks: [],
    now: () => new Date('2026-11-25T04:30:00.000Z'),
  })

const hold = (by: string): Freeze => ({
  by,
  reason: 'rows are missing',
  since: '2026-11-25T04:30:00.000Z',
  until: null,
})

const expectation: Expectation = {
  table: 'articles',
  percent: 40,
  by: 'anna',
  reason: null,
  since: '2026-11-25T04:30:00.000Z',
  until: '2026-12-02T04:30:00.000Z',
}

it('a hold is placed where there is none, and never over another', async () => {
  const ledger = ledgerOf()
  expect(await ledger.placeHold(hold('hubkeeper'))).toBe(true)
  await ledger.setHold(hold('anna'))
  expect(await ledger.placeHold(hold('hubkeeper'))).toBe(false)
  expect(await ledger.hold()).toMatchObject({ by: 'anna' })
})

it('what two say at once of the content is both remembered', async () => {
  const ledger = ledgerOf()
  expect(await ledger.expectations()).toEqual({ expected: [], accepted: [] })
  const say = (table: string) =>
    ledger.updateExpectations(({ accepted, expected }) => ({
      accepted,
      expected: [...expected, { ...expectation, table }],
    }))
  await Promise.all([say('articles'), say('comments')])
  const { expected } = await ledger.expectations()
  expect(expected.map(({ table }) => table).sort()).toEqual(['articles', 'comments'])
})

it('a task has of it what its level gives', () => {
  const ledger = ledgerOf()
  expect(Object.keys(ledgerAt(ledger, 'read')).sort()).toEqual([
    'expectations',
    'freeze',
    'hold',
    'punctuality',
  ])
  expect(Object.keys(ledgerAt(ledger, 'hold'))).toContain('placeHold')
  expect(Object.keys(ledgerAt(ledger, 'hold'))).not.toContain('setHold')
})

it('a task may place a hold, and neither replace nor end one', () => {
  const places = hubSchema.parse({ database: { path: 'hub.db' } })
  const verbsOn = (level: 'read' | 'hold', record: string) =>
    grantsOf({ ledger: level }, places).find(({ prefix }) => prefix === `state/ledger/${record}`)?.verbs
  expect(verbsOn('hold', 'hold')).toEqual(['read', 'create'])
  expect(verbsOn('read', 'hold')).toEqual(['read'])
  expect(verbsOn('hold', 'expectations')).toEqual(['read'])
})
