import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ContentTable, mebibytes, minutes, type Outcome, seconds } from '@hubkeeper/core'
import type { Engine } from '@hubkeeper/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import type { Damage } from '../support/damage/damage.ts'
import { damages } from '../support/damage/index.ts'
import { type Case, createLaboratory, stateOf } from '../support/damage/laboratory.ts'
import { testEngine } from '../support/engine.ts'
import { everyNth, heavy } from '../support/heavy.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const laboratory = createLaboratory()
afterAll(() => laboratory.dispose())

const tables: readonly ContentTable[] = [
  { table: 'articles', content: 'body', type: 'topic', title: 'title' },
  { table: 'search', content: 'body' },
  { table: 'trap', content: 'a', updated: 'id' },
]

/** An answer, whatever it is: nothing died of what is in the file. */
function expectAnswer(outcome: Outcome<unknown>): void {
  expect(['done', 'fault', 'stopped', 'skipped']).toContain(outcome.state)
  expect(outcome).not.toMatchObject({ state: 'stopped', by: 'crash' })
}

/** Everything that is asked of content and indexes; the file is as before, and scratch is empty. */
async function ask(engine: Engine, { directory, path, scratch }: Case, few = false): Promise<void> {
  const before = stateOf(directory)
  const request = { maxRowBytes: 1000, staleBefore: new Date(), examples: 3, groups: 3 }
  const profiles = await engine.profileContent(path, {
    ...request,
    tables: tables.slice(0, few ? 1 : 3),
  })
  expectAnswer(profiles)
  if (profiles.state === 'done') for (const { outcome } of profiles.value) expectAnswer(outcome)
  const compared = await engine.compareSearchTables(path, { sources: [], limit: 3, scratch })
  expectAnswer(compared)
  if (compared.state === 'done') for (const { outcome } of compared.value) expectAnswer(outcome)
  expectAnswer(await engine.guessContent(path))
  expectAnswer(await engine.measureSearch(path, [{ index: 'search', sql: null }]))
  if (!few) {
    const times = { samples: 2, cold: true, timeLimit: seconds(2) }
    const sql = 'SELECT title FROM articles WHERE body = 5'
    const { analysis, statements } = await engine.benchmark(path, [{ name: 'it', sql }], times)
    expectAnswer(analysis)
    for (const { outcome } of statements) expectAnswer(outcome)
  }
  expect(stateOf(directory)).toEqual(before)
  expect(readdirSync(scratch)).toEqual([])
}

/** Names of damage that no other process may be spared: it may take what it gets, or lies beside. */
const apart: readonly string[] = ['files beside', 'no database', 'hostile']

const isPossible = ({ impossible = null }: Damage): boolean => impossible === null

describe.each(Object.entries(damages).filter(([group]) => !apart.includes(group)))(
  'damage to %s',
  (_, kinds) => {
    it.each(everyNth(kinds.filter(isPossible), 4))(
      '$name gets answers',
      { timeout: minutes(1) },
      async (damage) => {
        const patient = laboratory.caseOf(damage, 5)
        try {
          await ask(inProcessEngine(), patient)
        } finally {
          patient.dispose()
        }
      },
    )
  },
)

describe.each(apart)('%s', (group) => {
  const kinds = Object.entries(damages).find(([name]) => name === group)?.[1] ?? []
  it.concurrent.each(everyNth(kinds.filter(isPossible), 40))(
    '$name gets answers within the limits',
    { timeout: minutes(5) },
    async (damage) => {
      const patient = laboratory.caseOf(damage, 0)
      try {
        await ask(testEngine({ timeLimit: seconds(20) }), patient, !heavy)
      } finally {
        patient.dispose()
      }
    },
  )
})

describe('a table that is made to be endless or large', () => {
  it('ends at the limits', { timeout: minutes(1) }, async () => {
    const path = join(temporaryDirectory(), 'hub.db')
    const database = new DatabaseSync(path, { defensive: false })
    // The rows are written before their schema becomes a trap.
    database.exec(`CREATE TABLE endless (id INTEGER PRIMARY KEY); INSERT INTO endless VALUES (1), (2);
      CREATE TABLE large (id INTEGER PRIMARY KEY); INSERT INTO large VALUES (1), (400);
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE endless (id INTEGER PRIMARY KEY,
        content AS (instr(hex(zeroblob(3000000)), hex(zeroblob(1500000)) || id)))' WHERE name = 'endless';
      UPDATE sqlite_schema SET sql = 'CREATE TABLE large (id INTEGER PRIMARY KEY,
        content AS (hex(zeroblob(id * 1000000))))' WHERE name = 'large'`)
    database.close()
    const request = { maxRowBytes: 1000, staleBefore: new Date(), examples: 3, groups: 3 }
    const answerOf = async (table: string, timeLimit: number): Promise<unknown> =>
      testEngine({ timeLimit, memoryLimit: mebibytes(300) }).profileContent(path, {
        ...request,
        tables: [{ table, content: 'content' }],
      })
    const stopped = (by: string): object => ({
      state: 'done',
      value: [{ outcome: { state: 'stopped', by } }],
    })
    expect(await answerOf('endless', 1500)).toMatchObject(stopped('time-limit'))
    // However slow the machine is: memory is what it runs out of.
    expect(await answerOf('large', minutes(1))).toMatchObject(stopped('memory-limit'))
  })
})
