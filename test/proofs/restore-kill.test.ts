import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BackupManifest,
  manifestSchema,
  minutes,
  type Restoration,
  restorationSchema,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { everyNth, heavy } from '../support/heavy.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { digestOfFile, sha256Of } from './support/content.ts'
import { killedAt, leftovers, stepsOf } from './support/killing.ts'

const timeout = minutes(heavy ? 120 : 15)

const names = ['a', 'b', 'c'] as const
const fileOf = ({ directory }: TestHub, name: string): string => join(directory, `config/${name}.toml`)

/** Everything that a restore replaces, by digests. */
interface State {
  readonly database: string
  readonly files: readonly (string | null)[]
}

const stateOf = (hub: TestHub): State => ({
  database: digestOfFile(hub.database),
  files: names.map((name) =>
    existsSync(fileOf(hub, name)) ? sha256Of(readFileSync(fileOf(hub, name))) : null,
  ),
})

async function succeed(hub: TestHub, args: readonly string[], where = ''): Promise<void> {
  const { code, err, out } = await hubkeeper(hub.directory, args)
  expect(code, `${where}\n${args.join(' ')}\n${out}${err}`).toBe(0)
}

/** A hub with a proven backup of its database and three files. */
async function hubWithBackup(): Promise<{ hub: TestHub; backup: State; change(): State }> {
  const hub = sampleHub({ articles: 20 })
  hub.configure({ database: { crossCheckMaxBytes: 0 } })
  mkdirSync(join(hub.directory, 'config'))
  const write = (body: string) => {
    for (const name of names) writeFileSync(fileOf(hub, name), `${name} = ${body}`.repeat(2000))
  }
  write('backup')
  await succeed(hub, ['backup'])
  let turn = 0
  return {
    hub,
    backup: stateOf(hub),
    change() {
      turn += 1
      write(`turn ${turn}`)
      hub.execute(`INSERT INTO commands VALUES (hex(randomblob(8)), 'turn ${turn}')`)
      return stateOf(hub)
    },
  }
}

/** The safety copies that there are, whole ones only. */
function safetyCopies({ directory }: TestHub): BackupManifest[] {
  const folder = join(directory, 'backups')
  return readdirSync(folder)
    .map((id) => join(folder, id, 'manifest.json'))
    .filter((path) => existsSync(path))
    .map((path) => manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))
    .filter(({ reason }) => reason === 'safety')
}

/** Whether a safety copy holds exactly that. */
function isKept(hub: TestHub, { database, files }: State): boolean {
  return safetyCopies(hub).some(
    ({ id, key }) =>
      digestOfFile(join(hub.directory, key)) === database &&
      names.every((name, i) => {
        const copy = join(hub.directory, `backups/${id}/files/config/${name}.toml`)
        return sha256Of(readFileSync(copy)) === files[i]
      }),
  )
}

/** Each part is as it was or as it is to be, and what is not as it was is kept. */
function expectWhole(hub: TestHub, before: State, aim: State, where: string): void {
  const now = stateOf(hub)
  expect([before.database, aim.database], where).toContain(now.database)
  for (const [i, body] of now.files.entries()) {
    expect([before.files[i], aim.files[i]], where).toContain(body)
  }
  const untouched = JSON.stringify(now) === JSON.stringify(before)
  expect(untouched || isKept(hub, before), `${where}: what was replaced is in no safety copy`).toBe(true)
}

/** What is noted of the last restore; null when there was none. */
function noted({ directory }: TestHub): Restoration | null {
  const path = join(directory, 'state/backups/restoration.json')
  return existsSync(path) ? restorationSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null
}

/** Kills a command at a point; tells whether its restore was over by then, by its own record. */
async function killed(hub: TestHub, args: readonly string[], point: NamedPoint): Promise<boolean> {
  const before = noted(hub)?.run
  expect(await killedAt(hub, args, point), point.where).toBe(true)
  const after = noted(hub)
  return after !== null && after.run !== before && after.finishedAt !== null
}

/** Where something gets its name: right before and right after each is a point. */
const isNaming = (step: string): boolean => /^(rename|link)(Sync)? /.test(step)

interface NamedPoint {
  readonly step: number
  readonly when: 'before' | 'after'
  readonly where: string
}

/** Points around records, safety copy, database and each file; fewer of the safety copy's parts. */
function namedPoints(steps: readonly string[]): NamedPoint[] {
  const named = steps.flatMap((text, i) => (isNaming(text) ? [{ text, step: i + 1 }] : []))
  const database = named.findIndex(({ text }) => /\bknowledge\//.test(text))
  const records = named.filter(({ text }) => / backups\//.test(text))
  const chosen = heavy
    ? named
    : [
        records[0],
        named[database - 1],
        ...named.slice(database).filter(({ text }) => /\b(knowledge|config)\//.test(text)),
        records.at(-1),
      ]
  return chosen
    .filter((point) => point !== undefined)
    .flatMap(({ step, text }) =>
      (['before', 'after'] as const).map((when) => ({ step, when, where: `${when} step ${step}: ${text}` })),
    )
}

describe('a restore with files, killed with SIGKILL', { timeout }, () => {
  const restore = ['restore', '--with-files', '--yes']
  const undo = ['restore', '--undo', '--yes']

  it('at every named point leaves each part whole, with a safety copy; again, it completes; undone, all is back', async () => {
    const { backup, change, hub } = await hubWithBackup()
    change()
    const points = namedPoints(await stepsOf(hub, restore))
    expect(points.length).toBeGreaterThanOrEqual(14)
    for (const [turn, point] of points.entries()) {
      const before = change()
      const done = await killed(hub, restore, point)
      expectWhole(hub, before, backup, point.where)
      // What is over is only repeated with another safety copy.
      if (!done) await succeed(hub, restore, point.where)
      expect(stateOf(hub), point.where).toEqual(backup)
      if (!done) expect(leftovers(hub, false), point.where).toEqual([])
      if (turn % 3 !== 0 && !done) continue
      await succeed(hub, undo, point.where)
      expect(stateOf(hub), point.where).toEqual(before)
    }
  })

  it('while it is undone, leaves each part whole; the undo, again, goes on to where it went', async () => {
    const { backup, change, hub } = await hubWithBackup()
    change()
    await succeed(hub, restore)
    const points = namedPoints(await stepsOf(hub, undo))
    expect(points.length).toBeGreaterThanOrEqual(14)
    for (const point of everyNth(points, 6)) {
      const aim = change()
      await succeed(hub, restore)
      const done = await killed(hub, undo, point)
      expectWhole(hub, backup, aim, point.where)
      // What is over is taken back by another one.
      if (!done) await succeed(hub, undo, point.where)
      expect(stateOf(hub), point.where).toEqual(aim)
      if (!done) expect(leftovers(hub, false), point.where).toEqual([])
    }
  })
})
