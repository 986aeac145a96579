import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Examination, examinationParts, mebibytes, minutes, type Outcome } from '@hubkeeper/core'
import { createEngine, type Engine } from '@hubkeeper/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import type { Damage, ExpectedLive } from '../support/damage/damage.ts'
import { damages } from '../support/damage/index.ts'
import { type Case, createLaboratory, stateOf } from '../support/damage/laboratory.ts'
import { disagreement, seenIn } from '../support/damage/verdict.ts'
import { everyNth, heavy } from '../support/heavy.ts'

/** Seeds of each kind that are looked at by processes of their own, and those that are looked at in this one. */
const seedsInProcesses = heavy ? 8 : 1
const seedsWithin = heavy ? 60 : 2

const memoryLimit = mebibytes(512)
/** How much a process may grow between two looks at its memory, bytes. */
const memoryMargin = mebibytes(96)

const laboratory = createLaboratory()
afterAll(() => laboratory.dispose())

const engineFor = ({ timeLimit = minutes(1) }: Damage): Engine =>
  createEngine({ timeLimit, memoryLimit, lockTimeout: 100 })

/** An examination of a case by an engine, whatever is in it: the file is as before, and scratch is empty. */
async function examined(engine: Engine, { directory, path, scratch }: Case): Promise<Examination> {
  const before = stateOf(directory)
  const examination = await engine.examine(path, { parts: examinationParts, scratch })
  expect(stateOf(directory)).toEqual(before)
  expect(readdirSync(scratch)).toEqual([])
  return examination
}

/** A job of the engine ended by itself or by its limit, but did not die. */
function expectEnd(outcome: Outcome<unknown>): void {
  expect(outcome).not.toMatchObject({ state: 'stopped', by: 'crash' })
}

const digestOf = async (engine: Engine, path: string, scratch: string): Promise<string | null> => {
  const { digest } = await engine.examine(path, { parts: ['digest'], scratch })
  return digest.state === 'done' ? digest.value.value : null
}

/** What a snapshot turned out to be. */
async function liveVerdict(
  engine: Engine,
  { original, scratch }: Case,
  outcome: Outcome<unknown>,
  target: string,
): Promise<readonly ExpectedLive[]> {
  if (outcome.state === 'fault') return [{ refused: [outcome.fault.kind] }]
  const digest = await digestOf(engine, target, scratch)
  const verdicts: ExpectedLive[] = []
  if (digest === original.digest) verdicts.push('at-rest')
  if (digest === original.digestWithWal) verdicts.push('with-wal')
  return verdicts.length === 0 ? ['differs'] : verdicts
}

const agrees = (expected: ExpectedLive, seen: ExpectedLive): boolean =>
  typeof expected === 'object' && typeof seen === 'object'
    ? seen.refused.every((kind) => expected.refused.includes(kind))
    : expected === seen

/** A snapshot of it as a live database; the database and its logs are as before. */
async function snapshot(damage: Damage, patient: Case): Promise<void> {
  const engine = engineFor(damage)
  const target = join(patient.scratch, 'snapshot.db')
  const before = stateOf(patient.directory)
  const outcome = await engine.snapshotLive(patient.path, target)
  expectEnd(outcome)
  // The index of a WAL is made anew when it is of no use.
  expect({ ...stateOf(patient.directory), 'hub.db-shm': null }).toMatchObject({
    ...before,
    'hub.db-shm': null,
  })
  expect(readdirSync(patient.scratch)).toEqual(outcome.state === 'done' ? ['snapshot.db'] : [])
  if (damage.live === undefined) return
  const seen = await liveVerdict(engine, patient, outcome, target)
  const right = damage.live.some((one) => seen.some((other) => agrees(one, other)))
  expect(right, JSON.stringify({ expected: damage.live, seen, outcome })).toBe(true)
}

/** Written anew, a file whose structure is sound has the same content, and any other leaves nothing behind. */
async function compact(damage: Damage, patient: Case, examination: Examination): Promise<void> {
  const engine = engineFor(damage)
  const target = join(patient.scratch, 'compact.db')
  const before = stateOf(patient.directory)
  const indexes = examination.searchIndexes.state === 'done' ? examination.searchIndexes.value : []
  const outcome = await engine.compact(patient.path, target, {
    searchIndexes: indexes.map(({ name }) => name),
    analyze: true,
  })
  expectEnd(outcome)
  expect(stateOf(patient.directory)).toEqual(before)
  expect(readdirSync(patient.scratch)).toEqual(outcome.state === 'done' ? ['compact.db'] : [])
  const { noticed, stopped } = seenIn(examination, patient.original.digest)
  const structureIsSound = stopped.length === 0 && [...noticed].every((detector) => detector === 'digest')
  if (!structureIsSound || examination.digest.state !== 'done') return
  // Written anew, every CHECK is asked, with what it needs.
  if (outcome.state === 'fault' && outcome.fault.kind === 'needs-extension') return
  expect(outcome).toMatchObject({ state: 'done' })
  expect(await digestOf(engine, target, patient.scratch)).toBe(examination.digest.value.value)
}

/** The second engine reads the same content of a sound structure, or says what it lacks. */
async function crossCheck(damage: Damage, patient: Case, examination: Examination): Promise<void> {
  const before = stateOf(patient.directory)
  const outcome = await engineFor(damage).crossCheck(patient.path)
  expectEnd(outcome)
  expect(stateOf(patient.directory)).toEqual(before)
  if (examination.structure.state === 'fault' && damage.secondIsMilder !== true) {
    expect(outcome.state).not.toBe('done')
  }
  const { noticed, stopped } = seenIn(examination, patient.original.digest)
  if (stopped.length > 0 || noticed.has('integrity') || noticed.has('structure')) return
  if (outcome.state === 'done' && examination.digest.state === 'done') {
    expect(outcome.value.digest).toBe(examination.digest.value.value)
  }
}

/** Names of damage that no other process may be spared: it may take what it gets, or lies beside. */
const apart: readonly string[] = ['files beside', 'no database', 'hostile']

const isPossible = ({ impossible = null }: Damage): boolean => impossible === null

describe.each(Object.entries(damages))('damage to %s', (group, kinds) => {
  // Each waits for the processes that it starts.
  it.concurrent.each(everyNth(kinds.filter(isPossible), 4).map((damage, i) => ({ ...damage, i })))(
    '$name',
    { timeout: minutes(heavy ? 30 : 5) },
    async ({ i, ...damage }) => {
      for (let seed = 0; seed < seedsInProcesses; seed++) {
        const patient = laboratory.caseOf(damage, seed)
        try {
          const examination = await examined(engineFor(damage), patient)
          expect(disagreement(damage.expected, examination, patient.original.digest)).toBeNull()
          expect(examination.peakMemory ?? 0).toBeLessThan(memoryLimit + memoryMargin)
          // Each is asked by a third of the kinds, unless there is time for all.
          if (heavy || i % 3 === 0) await compact(damage, patient, examination)
          for (const name of readdirSync(patient.scratch)) expect(name).toBe('compact.db')
          if (heavy || i % 3 === 1) await crossCheck(damage, patient, examination)
        } finally {
          patient.dispose()
        }
        if (!heavy && i % 3 !== 2 && damage.live === undefined) continue
        const live = laboratory.caseOf(damage, seed)
        try {
          await snapshot(damage, live)
        } finally {
          live.dispose()
        }
      }
    },
  )

  const within = apart.includes(group) ? [] : kinds.filter(isPossible)
  it.runIf(within.length > 0).each(within)(
    '$name, at other places',
    { timeout: minutes(5) },
    async (damage) => {
      for (let seed = seedsInProcesses; seed < seedsInProcesses + seedsWithin; seed++) {
        const patient = laboratory.caseOf(damage, seed)
        try {
          const examination = await examined(inProcessEngine(), patient)
          const wrong = disagreement(damage.expected, examination, patient.original.digest)
          expect(wrong, `seed ${seed}, ${patient.base}`).toBeNull()
        } finally {
          patient.dispose()
        }
      }
    },
  )
})

describe('damage that this machine cannot do', () => {
  for (const { impossible, name } of Object.values(damages).flat()) {
    if (typeof impossible === 'string') it.skip(`${name}: ${impossible}`, () => {})
  }
})

describe('the kinds of damage', () => {
  it('are many, each with a name of its own', () => {
    const names = Object.values(damages).flatMap((kinds) => kinds.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(70)
  })

  it('are the same for the same seed', () => {
    for (const damage of [...damages.pages, ...damages.trees, ...damages.lists, ...damages.header]) {
      const [one, other] = [laboratory.caseOf(damage, 3), laboratory.caseOf(damage, 3)]
      expect(stateOf(one.directory), damage.name).toEqual(stateOf(other.directory))
      expect(existsSync(one.path) && statSync(one.path).size).toBe(statSync(other.path).size)
      one.dispose()
      other.dispose()
    }
  })
})
