import { minutes } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, it, vi } from 'vitest'
import { heavy } from '../support/heavy.ts'
import { counterexamples } from './support/counterexamples.ts'
import { play } from './support/play.ts'
import { type Scenario, scenarios } from './support/scenario.ts'

// What gives a hub’s writers time to breathe needs none here: they take their turn when they are told to.
vi.mock('node:timers/promises', async (importOriginal) => {
  const timers = await importOriginal<typeof import('node:timers/promises')>()
  return { ...timers, setTimeout: async () => timers.setImmediate() }
})

const times = heavy ? 20 : 1

const examples = counterexamples.map((scenario): [Scenario] => [scenario])

describe('two keepers beside a hub, in every order, with faults, crashes, freezes and leases that end', {
  timeout: minutes(10 * times),
}, () => {
  it('lose nothing of a database that lies in a store', async () => {
    const property = fc.asyncProperty(scenarios, async (scenario) => void (await play(scenario, 'store')))
    await fc.assert(property, { examples, numRuns: 1650 * times })
  })

  it('lose nothing of a database that a server has open', async () => {
    const property = fc.asyncProperty(scenarios, async (scenario) => void (await play(scenario, 'server')))
    await fc.assert(property, { examples, numRuns: 350 * times })
  })
})
