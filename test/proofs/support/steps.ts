// Loaded before a program with `--import`: counts every step by which it changes the disk, and ends its
// process with SIGKILL right before or right after one of them.
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import sqlite from 'node:sqlite'

const at = Number(process.env.HUBKEEPER_TEST_KILL_AT ?? 0)
const after = process.env.HUBKEEPER_TEST_KILL_WHEN === 'after'
const log = process.env.HUBKEEPER_TEST_STEPS

const names: string[] = []

const openingFlags = /[wa]/

/** Opening to read changes nothing. */
const isReading = (name: string, args: readonly unknown[]): boolean =>
  (name === 'openSync' || name === 'open') && !(typeof args[1] === 'string' && openingFlags.test(args[1]))

/** The step in words: what is done to which file, without what differs from run to run. */
function describe(name: string, args: readonly unknown[]): string {
  const [first] = args
  const text = typeof first === 'string' ? first : ''
  const subject = text.startsWith('/')
    ? text.split('/').slice(-2).join('/')
    : text.trim().split(/\s+/).slice(0, 3).join(' ')
  return `${name} ${subject.replace(/[0-9a-f]{8}-[0-9a-f-]{4,}|[0-9A-Z]{26}|\d+/g, '*')}`.trim()
}

function end(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('SIGKILL did not end this process')
}

function count(object: object, name: string): void {
  const original: unknown = Reflect.get(object, name)
  if (typeof original !== 'function') throw new Error(`there is no ${name} to count`)
  Reflect.set(object, name, function (this: unknown, ...args: unknown[]): unknown {
    if (isReading(name, args)) return Reflect.apply(original, this, args)
    names.push(describe(name, args))
    const own = names.length
    if (own === at && !after) end()
    const result: unknown = Reflect.apply(original, this, args)
    const done = <T>(value: T): T => (own === at ? end() : value)
    return result instanceof Promise ? result.then(done) : done(result)
  })
}

const handle = await fs.promises.open(process.execPath, 'r')
const handles: object = Object.getPrototypeOf(handle)
await handle.close()

const changing = [
  'appendFile',
  'chmod',
  'chown',
  'copyFile',
  'link',
  'mkdir',
  'open',
  'rename',
  'rm',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
]
for (const name of changing) {
  count(fs, `${name}Sync`)
  count(fs.promises, name)
}
for (const name of ['fsyncSync', 'writeSync']) count(fs, name)
for (const name of ['write', 'sync', 'truncate']) count(handles, name)
count(sqlite.DatabaseSync.prototype, 'exec')
count(sqlite.StatementSync.prototype, 'run')
count(childProcess, 'spawn')
syncBuiltinESMExports()

const { writeFileSync } = fs
if (log !== undefined) process.on('exit', () => writeFileSync(log, JSON.stringify(names)))
