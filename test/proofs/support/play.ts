import { days } from '@hubkeeper/core'
import type { Order, Scenario, Turn } from './scenario.ts'
import type { Keeper } from './watch.ts'
import { createWorld, type World } from './world.ts'

const maxCalls = 5000

/** What a play came to, for whoever counts. */
interface Played {
  readonly calls: number
  readonly endings: World['endings']
}

/** Plays a scenario to its end, then lets one more keeper set things right. @throws Error when the model is contradicted */
export async function play(scenario: Scenario, authority: 'store' | 'server'): Promise<Played> {
  const { deathsAreNoticed, wal } = scenario
  const world = await createWorld({ authority, wal, deathsAreNoticed })
  const { model, turns } = world
  const left: Order[][] = scenario.keepers.map((orders) => [...orders])
  const names = scenario.keepers.map((_, index) => `keeper-${index}`)
  const keepers: Keeper[] = []
  let lives = 0

  function demand(): void {
    if (model.violations.length === 0) return
    const trace = turns.trace.slice(-60).join('\n')
    throw new Error(`${model.violations.join('\n')}\n\nthe last calls:\n${trace}`)
  }

  async function take(turn: Turn): Promise<void> {
    switch (turn.kind) {
      case 'go': {
        const name = keepers[turn.who]?.name ?? ''
        for (let call = 0; call < turn.calls; call++) await turns.next(name)
        return
      }
      case 'hub':
        for (let commit = 0; commit < turn.commits; commit++) await world.hubWrites()
        return
      case 'fault': {
        const keeper = keepers[turn.keeper]
        if (keeper !== undefined) keeper.fault = { skip: turn.skip, kind: turn.fault }
        return
      }
      case 'crash': {
        const keeper = keepers[turn.keeper]
        if (keeper === undefined || !turns.waiting().includes(keeper.name)) return
        world.kill(keeper)
        // A new process takes the orders from the beginning, as a scheduler would.
        lives += 1
        keepers[turn.keeper] = await world.employ(
          `${names[turn.keeper]}-again-${lives}`,
          left[turn.keeper] ?? [],
        )
        return
      }
      case 'time':
        return world.pass(turn.seconds * 1000)
      case 'freeze':
        return world.freeze(true)
      case 'thaw':
        return world.freeze(false)
    }
  }

  async function toTheEnd(): Promise<void> {
    for (let calls = 0; turns.waiting().length > 0; calls++) {
      if (calls > maxCalls) throw new Error(`it does not end:\n${turns.trace.slice(-60).join('\n')}`)
      for (const name of turns.waiting()) await turns.next(name)
      demand()
    }
  }

  try {
    for (let made = 0; made < scenario.begun; made++) {
      if (made > 0) world.pass(days(1))
      await world.employ(`predecessor-${made}`, [
        { task: 'backup', input: { force: true }, scheduled: false },
      ])
      await toTheEnd()
    }
    for (const [index, orders] of left.entries()) keepers.push(await world.employ(names[index] ?? '', orders))
    for (const turn of scenario.turns) {
      await take(turn)
      demand()
    }
    await toTheEnd()
    await world.inspect()
    demand()
    await heal(world)
    await toTheEnd()
    await world.inspect()
    for (const { code, order } of world.endings.slice(-healing.length)) {
      model.check(code === 'ran', `${order.task} does not work any more: ${code}`)
    }
    demand()
    return { calls: turns.trace.length, endings: world.endings }
  } finally {
    world.close()
  }
}

const healing: readonly Order[] = [
  { task: 'backup', input: {}, scheduled: false },
  { task: 'database-maintenance', input: { force: true }, scheduled: false },
]

async function heal(world: World): Promise<void> {
  await world.hubRests()
  await world.freeze(false)
  world.pass(600_000)
  await world.employ('healer', healing)
}
