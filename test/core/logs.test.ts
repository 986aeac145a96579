import { countLevels, findWindowStart, type LogSource } from '@hubkeeper/core'
import { logFiles } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { heavy } from '../support/heavy.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'

async function* chunksOf(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

const day = { from: new Date('2026-11-24T00:00:00Z'), to: new Date('2026-11-25T00:00:00Z'), timeZone: 'UTC' }

const count = (text: string, changes: Partial<typeof day> = {}) =>
  countLevels(chunksOf(text), { ...day, ...changes })

describe('records are counted', () => {
  it.each([
    ['a coloured console', '\x1b[31mERROR:     2026-11-24 10:00:00 - app.search - failed\x1b[0m'],
    ['a Python file', '2026-11-24 10:00:00,123 - app.search - ERROR - failed'],
    ['a file without a logger’s name', '2026-11-24 10:00:00 - ERROR - failed'],
    ['brackets', '[2026-11-24T10:00:00.123Z] [app] ERROR: failed'],
    ['a level in brackets first', '[ERROR] 2026-11-24T10:00:00Z failed'],
    ['spaces', '2026-11-24T10:00:00Z ERROR app: failed'],
    ['bars', '2026-11-24 10:00:00.123 | ERROR    | app:run:7 - failed'],
    ['JSON', '{"asctime": "2026-11-24T10:00:00", "levelname": "ERROR", "message": "failed"}'],
    ['JSON with numbers', '{"level":50,"time":1795514400000,"msg":"failed"}'],
    ['logfmt', 'time=2026-11-24T10:00:00Z level=error msg="failed"'],
    ['syslog', '<11>1 2026-11-24T10:00:00Z host app - - - failed'],
  ])('as %s writes them', async (_, line) => {
    expect(await count(`${line}\n`)).toMatchObject({ error: 1, critical: 0, records: 1, undated: 0 })
  })

  it('by the level that they have, not the words in them', async () => {
    const text = [
      "2026-11-24 10:00:00 - app - INFO - search query='what is ERROR 7' CRITICAL",
      '{"time":"2026-11-24T10:00:00Z","level":"info","msg":"level ERROR was discussed"}',
      'INFO:     2026-11-24 10:00:00 - app - 3 errors so far, ERROR - ERROR - ERROR',
    ].join('\n')
    expect(await count(text)).toMatchObject({ error: 0, critical: 0, records: 3 })
  })

  it('once, however many lines a traceback has', async () => {
    const text = `2026-11-24 10:00:00 - app - ERROR - failed
Traceback (most recent call last):
  File "app.py", line 3, in run
ValueError: ERROR in value
`
    expect(await count(text)).toMatchObject({ error: 1, lines: 4 })
  })

  it('at the time of the line before, when they have none', async () => {
    const text = `ERROR:    before any time
2026-11-23 23:59:59 - app - INFO - yesterday
ERROR:    yesterday too
2026-11-24 00:00:00 - app - INFO - today
ERROR:    today
`
    expect(await count(text)).toMatchObject({ error: 1, undated: 1 })
  })

  it('from the window’s first moment up to its last, without it', async () => {
    const text = `2026-11-23T23:59:59.999Z ERROR a
2026-11-24T00:00:00.000Z ERROR b
2026-11-24T23:59:59.999Z ERROR c
2026-11-25T00:00:00.000Z ERROR d
`
    expect(await count(text)).toMatchObject({ error: 2 })
  })

  it('in the zone that they name, else in the hub’s, summer time included', async () => {
    const summer = { from: new Date('2026-07-01T00:00:00Z'), to: new Date('2026-07-01T01:00:00Z') }
    const berlin = { ...summer, timeZone: 'Europe/Berlin' }
    expect(await count('2026-07-01 02:30:00 - a - ERROR - b\n', berlin)).toMatchObject({ error: 1 })
    expect(await count('2026-07-01T02:30:00Z ERROR b\n', berlin)).toMatchObject({ error: 0 })
    expect(await count('2026-07-01T05:30:00+05:00 ERROR b\n', berlin)).toMatchObject({ error: 1 })
  })

  it('by syslog’s times without a year, in the year that fits', async () => {
    expect(await count('Nov 24 10:00:00 host app[1]: ERROR: failed\n')).toMatchObject({ records: 1 })
  })

  it('in lines of any length, with any bytes, with and without a last newline', async () => {
    const long = `2026-11-24 10:00:00 - app - ERROR - ${'x'.repeat(100_000)}\r\n`
    expect(await count(`${long}2026-11-24 10:00:01 - app - CRITICAL - last`)).toMatchObject({
      error: 1,
      critical: 1,
      lines: 2,
    })
    const bytes = Buffer.concat([
      Buffer.from('2026-11-24 10:00:00 - app - ERROR - '),
      Buffer.from([0xff, 0xc0, 0x0a]),
    ])
    const invalid = async function* () {
      yield bytes
    }
    expect(await countLevels(invalid(), day)).toMatchObject({ error: 1 })
  })

  it('not in what is no text', async () => {
    expect(await count('2026-11-24 10:00:00 - app - ERROR - a\n\0\0\0')).toMatchObject({ binary: true })
  })
})

describe('samples', () => {
  it('are the latest records of a level, short and without secrets or colours', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `2026-11-24 10:00:0${i} - app - ERROR - number ${i}`)
    lines.push(
      '\x1b[31m2026-11-24 10:00:09 - app - ERROR - login password=hunter2 at postgres://u:p@host/x\x1b[0m',
    )
    const { samples } = await count(lines.join('\n'))
    expect(samples.error).toHaveLength(3)
    expect(samples.error[2]).toBe(
      '2026-11-24 10:00:09 - app - ERROR - login password=*** at postgres://***@host/x',
    )
  })
})

describe('the start of a window in a large log', () => {
  it('is found by halving: at a line before it, and far from the file’s beginning', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 10, 1) + i * 10_000).toISOString()
      return `${time} ${i % 1000 === 0 ? 'ERROR' : 'INFO'} line ${i} ${'x'.repeat(40)}`
    })
    const body = Buffer.from(`${lines.join('\n')}\n`)
    const logs: LogSource = {
      files: async () => [],
      read: (_, start = 0) => chunksOf(body.subarray(start).toString(), 65_536),
    }
    const file = { key: 'a.log', bytes: body.length, modifiedAt: new Date() }
    const window = {
      from: new Date('2026-11-20T00:00:00Z'),
      to: new Date('2026-11-21T00:00:00Z'),
      timeZone: 'UTC',
    }
    const start = await findWindowStart(logs, file, window)
    expect(start).toBeGreaterThan(body.length / 3)
    expect(body[start - 1]).toBe(10)
    const whole = await countLevels(chunksOf(body.toString(), 65_536), window)
    expect(await countLevels(logs.read('a.log', start), window)).toMatchObject({
      error: whole.error,
      records: whole.records,
    })
    expect(whole.error).toBeGreaterThan(0)
  })
})

describe.skipIf(realHub === null)(`the logs of a real hub (skipped when ${withoutRealHub})`, () => {
  const logs = logFiles({ root: realHub ?? '', patterns: ['logs/*'] })
  const ever = { from: new Date('2026-01-01'), to: new Date('2027-01-01'), timeZone: 'UTC' }

  it.each([
    ['2026-11-14', 6, 0],
    ['2026-11-15', 4, 0],
    ['2026-11-16', 14, 1],
    ['2026-11-17', 41, 3],
    ['2026-11-18', 9, 0],
    ['2026-11-19', 5, 0],
    ['2026-11-20', 12, 1],
    ['2026-11-21', 7, 0],
    ['2026-11-22', 6, 1],
  ])('on %s have %i errors and %i critical ones', async (date, error, critical) => {
    const from = new Date(`${date}T00:00:00Z`)
    const window = { from, to: new Date(from.getTime() + 86_400_000), timeZone: 'UTC' }
    expect(await countLevels(logs.read('logs/mcp_server.log'), window)).toMatchObject({ error, critical })
  })

  it.each([
    ['application.json', 14, 2],
    ['errors.log', 57, 6],
    ['mcp_server.log', 104, 6],
    ['mcp_server.log.2026-10-11.gz', 2, 0],
    ['mcp_server.log.2026-10-18', 3, 0],
    ['mcp_server.log.2026-10-25', 11, 1],
    ['mcp_server.log.2026-11-01', 0, 0],
    ['mcp_server.log.2026-11-08', 5, 0],
  ])('%s has %i errors and %i critical ones in all', async (name, error, critical) => {
    expect(await countLevels(logs.read(`logs/${name}`), ever)).toMatchObject({ error, critical })
  })
})

describe.skipIf(!heavy)('two gigabytes (skipped without HUBKEEPER_HEAVY=1)', () => {
  it('are read in constant memory', async () => {
    const block = Buffer.from(
      '2026-11-24 10:00:00,123 - app.server - INFO - request served in 12 ms\n'.repeat(15_000),
    )
    async function* large(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 2e9; sent += block.length) yield block
    }
    const before = process.memoryUsage.rss()
    const { records } = await countLevels(large(), day)
    expect(records).toBeGreaterThan(25_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 ** 2)
  }, 300_000)
})
