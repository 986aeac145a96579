import { newsIn, type Tellable } from '@hubkeeper/audit'
import { type Finding, type FindingStatus, finding, storedMemory, type TaskMemory } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'

const newMemory = (): TaskMemory => storedMemory({ store: memoryStore(), task: 'test' })

const told = (status: FindingStatus, ...names: string[]): Tellable => ({
  finding: finding('dependencies.vulnerable', status),
  about: names.map((name) => [`dependencies.vulnerable:${name}`]),
})

/** Runs once: what is known of what it tells. */
async function run(
  memory: TaskMemory,
  slot: string,
  tellables: readonly Tellable[],
  unseen: readonly string[] = [],
): Promise<readonly boolean[]> {
  const news = await newsIn(tellables, { memory, slot, unseen })
  await news.remember()
  return tellables.map(({ finding: each }: { finding: Finding }) => news.known.has(each))
}

describe('what was told before', () => {
  it('is known the next time, unless it became worse or tells of something else as well', async () => {
    const memory = newMemory()
    expect(await run(memory, 'a', [told('warning', 'x'), told('critical', 'y')])).toEqual([false, false])
    expect(await run(memory, 'b', [told('warning', 'x'), told('warning', 'y')])).toEqual([true, true])
    expect(await run(memory, 'c', [told('critical', 'x'), told('warning', 'y', 'z')])).toEqual([false, false])
    expect(await run(memory, 'd', [told('critical', 'x'), told('warning', 'y', 'z')])).toEqual([true, true])
  })

  it('is news when it comes back', async () => {
    const memory = newMemory()
    await run(memory, 'a', [told('warning', 'x')])
    await run(memory, 'b', [])
    expect(await run(memory, 'c', [told('warning', 'x')])).toEqual([false])
  })

  it('stays known while nobody could look', async () => {
    const memory = newMemory()
    await run(memory, 'a', [told('critical', 'x')])
    await run(memory, 'b', [], ['dependencies.vulnerable'])
    expect(await run(memory, 'c', [told('critical', 'x')])).toEqual([true])
  })

  it('is known by any of its names', async () => {
    const memory = newMemory()
    const named = (...names: string[]): Tellable => ({
      finding: finding('dependencies.vulnerable', 'warning'),
      about: [names],
    })
    await run(memory, 'a', [named('dependencies.vulnerable:PYSEC-1')])
    const renamed = named('dependencies.vulnerable:CVE-1', 'dependencies.vulnerable:PYSEC-1')
    expect(await run(memory, 'b', [renamed])).toEqual([true])
    expect(await run(memory, 'c', [named('dependencies.vulnerable:CVE-1')])).toEqual([true])
  })

  it('is told again by a further attempt, for nobody knows whether the first one’s alert was sent', async () => {
    const memory = newMemory()
    await run(memory, 'a', [told('warning', 'x')])
    expect(await run(memory, 'b', [told('warning', 'x'), told('warning', 'y')])).toEqual([true, false])
    expect(await run(memory, 'b', [told('warning', 'x'), told('warning', 'y')])).toEqual([true, false])
    expect(await run(memory, 'c', [told('warning', 'y')])).toEqual([true])
  })

  it('is nothing where a finding has no name to be known by', async () => {
    const memory = newMemory()
    await run(memory, 'a', [told('unknown')])
    expect(await run(memory, 'b', [told('unknown')])).toEqual([false])
  })
})
