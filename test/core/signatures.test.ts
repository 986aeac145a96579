import { createLedger, days, isWithdrawal, ledgerKeys, type Signature } from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { memoryRecords } from '../fakes/memory-records.ts'

const now = new Date('2026-12-01T12:00:00.000Z')

const signed = (day: number, lasts: number, by: string): Signature => {
  const at = new Date(now.getTime() - days(day))
  const until = new Date(at.getTime() + days(lasts))
  return { item: 'a', by, note: 'n', at: at.toISOString(), until: until.toISOString() }
}

it('of very many signatures, those go first that count no more', async () => {
  const records = memoryRecords()
  const ledger = createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks: [], now: () => now })
  const lasting = signed(300, 366, 'anna')
  const over = Array.from({ length: 999 }, (_, i) => signed(200, 1, `${i}`))
  const signatures = JSON.stringify({ signatures: [lasting, ...over] })
  await records.put(`hub/${ledgerKeys.signatures}`, signatures, null)
  await ledger.sign(signed(0, 1, 'ben'))
  const kept = await ledger.signatures()
  expect(kept).toHaveLength(1000)
  expect([kept[0]?.by, kept[1]?.by, kept.at(-1)?.by]).toEqual(['anna', '1', 'ben'])
})

it('of very many signatures, no withdrawal goes before what it withdrew', async () => {
  const records = memoryRecords()
  const ledger = createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks: [], now: () => now })
  const withdrawn = signed(300, 366, 'anna')
  const lasting = Array.from({ length: 998 }, (_, i) => ({ ...signed(200, 366, `${i}`), item: 'b' }))
  const signatures = JSON.stringify({ signatures: [withdrawn, signed(250, 0, 'ben'), ...lasting] })
  await records.put(`hub/${ledgerKeys.signatures}`, signatures, null)
  await ledger.sign({ ...signed(0, 1, 'eve'), item: 'b' })
  expect((await ledger.signatures()).filter(({ item }) => item === 'a').map(({ by }) => by)).toEqual(['ben'])
})

it('a signature that ends when it is made is a withdrawal', () => {
  expect(isWithdrawal(signed(1, 0, 'anna'))).toBe(true)
  expect(isWithdrawal(signed(1, 1, 'anna'))).toBe(false)
})

it('signatures that this version does not understand are an error that says so, and stay', async () => {
  const records = memoryRecords()
  const ledger = createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks: [], now: () => now })
  await records.put('hub/signatures', '{"signatures":[{"item":"a","colour":"red"}]}', null)
  const unreadable = { code: 'io', message: expect.stringContaining('hub/signatures is no record') }
  await expect(ledger.signatures()).rejects.toMatchObject(unreadable)
  await expect(ledger.sign(signed(0, 1, 'ben'))).rejects.toMatchObject(unreadable)
  expect((await records.get('hub/signatures'))?.value).toContain('colour')
})
