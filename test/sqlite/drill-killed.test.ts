import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createScratch } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'
import { makeBase } from '../support/damage/bases.ts'
import { stateOf } from '../support/detector-drill.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const program = join(import.meta.dirname, 'workers/drill.ts')

/** Names of the files of the run below a scratch directory, without what makes them unique. */
const filesIn = (scratch: string): string[] =>
  (existsSync(scratch) ? readdirSync(scratch) : []).flatMap((run) =>
    readdirSync(join(scratch, run)).map((name) => name.replace(/^[0-9a-f]{8}-/, '')),
  )

describe('a drill that is killed', { timeout: 120_000 }, () => {
  it.each([
    ['while its canary is made', 'canary.db'],
    ['with a fault in it', 'canary-damaged.db'],
  ])('%s leaves the backup alone, and nothing that the next run does not sweep', async (_, sign) => {
    const directory = temporaryDirectory()
    const path = join(directory, 'hub.db')
    const scratch = join(directory, 'scratch')
    makeBase('wal', path)
    const before = stateOf(path)

    const child = spawn(process.execPath, ['--no-warnings', program, path, scratch], { stdio: 'inherit' })
    const closed = once(child, 'close')
    while (!filesIn(scratch).includes(sign) && child.exitCode === null) await setTimeout(5)
    child.kill('SIGKILL')
    const [, signal] = await closed
    expect(signal).toBe('SIGKILL')

    expect(stateOf(path)).toEqual(before)
    expect(readdirSync(directory).sort()).toEqual(['hub.db', 'scratch'])
    const next = await createScratch(scratch)
    expect(readdirSync(scratch)).toEqual([basename(next.directory)])
    await next.dispose()
  })
})
