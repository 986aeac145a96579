import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Alert, Datapoint } from '@hubkeeper/core'
import { alertOutbox, hubFiles, logFiles, metricFiles } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

describe('metrics in files', () => {
  const point = (at: string, value: number, changes: Partial<Datapoint> = {}): Datapoint => ({
    hub: 'hub',
    name: 'size',
    subject: null,
    value,
    unit: 'bytes',
    at: new Date(at),
    ...changes,
  })
  const query = {
    hub: 'hub',
    name: 'size',
    from: new Date('2026-11-23T12:00:00Z'),
    to: new Date('2026-11-25T00:00:00Z'),
  }

  it('are read back by time, oldest first, over days', async () => {
    const metrics = metricFiles({ directory: temporaryDirectory() })
    await metrics.publish([point('2026-11-24T10:00:00Z', 3), point('2026-11-23T13:00:00Z', 2)])
    await metrics.publish([point('2026-11-23T11:00:00Z', 1), point('2026-11-25T00:00:00Z', 4)])
    await metrics.publish([point('2026-11-24T11:00:00Z', 9, { name: 'other' })])
    expect((await metrics.read(query)).map(({ value }) => value)).toEqual([2, 3])
  })

  it('of one subject are told from the others', async () => {
    const metrics = metricFiles({ directory: temporaryDirectory() })
    await metrics.publish([
      point('2026-11-24T10:00:00Z', 1, { subject: 'a' }),
      point('2026-11-24T10:00:00Z', 2, { subject: 'b' }),
    ])
    expect(await metrics.read({ ...query, subject: 'b' })).toMatchObject([{ value: 2 }])
    expect(await metrics.read(query)).toHaveLength(2)
  })

  it('survive a line that its writer never finished', async () => {
    const directory = temporaryDirectory()
    const metrics = metricFiles({ directory })
    await metrics.publish([point('2026-11-24T10:00:00Z', 1)])
    appendFileSync(join(directory, '2026-11-24.jsonl'), '{"hub":"hub","na')
    await metrics.publish([point('2026-11-24T11:00:00Z', 2)])
    expect((await metrics.read(query)).map(({ value }) => value)).toEqual([1, 2])
    expect(metrics.unreadableLines()).toBe(1)
  })

  it('of days without any are none', async () => {
    expect(await metricFiles({ directory: temporaryDirectory() }).read(query)).toEqual([])
  })
})

describe('alerts', () => {
  it('lie in the outbox, in the order of time, and are echoed in one line', async () => {
    const directory = join(temporaryDirectory(), 'outbox')
    const lines: string[] = []
    const outbox = alertOutbox({ directory, echo: (line) => lines.push(line) })
    const alert: Alert = {
      hub: 'hub',
      task: 'backup',
      run: 'r1',
      audience: 'on-call',
      severity: 'critical',
      subject: 'the backup is gone',
      body: '…',
      deduplicationKey: 'k',
      at: new Date('2026-11-24T10:00:00Z'),
    }
    await outbox.send({ ...alert, run: 'r2', at: new Date('2026-11-24T11:00:00Z') })
    await outbox.send(alert)
    const names = readdirSync(directory).sort()
    expect(names.map((name) => name.slice(-7, -5))).toEqual(['r1', 'r2'])
    expect(JSON.parse(readFileSync(join(directory, names[0] ?? ''), 'utf8'))).toMatchObject({
      subject: alert.subject,
    })
    expect(lines[1]).toBe('critical for on-call: the backup is gone')
  })
})

describe('files of a hub', () => {
  it('are matched by glob, and only inside its directory', async () => {
    const outside = temporaryDirectory()
    const root = temporaryDirectory()
    writeFileSync(join(outside, 'secret.json'), '{}')
    writeFileSync(join(root, 'a.json'), '{"a":1}')
    writeFileSync(join(root, 'b.txt'), '')
    symlinkSync(join(outside, 'secret.json'), join(root, 'link.json'))
    const files = hubFiles({ root })
    expect((await files.match(['*.json'])).map(({ key }) => key)).toEqual(['a.json'])
    expect(new TextDecoder().decode((await files.read('a.json', 4)) ?? undefined)).toBe('{"a"')
    expect(await files.read('nothing', 4)).toBeNull()
  })
})

describe('logs in files', () => {
  const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    return Buffer.concat(parts).toString()
  }

  it('are read from an offset, and compressed ones as what they were', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'a.log'), 'one\ntwo\n')
    writeFileSync(join(root, 'b.log.gz'), gzipSync('three\n'))
    const logs = logFiles({ root, patterns: ['*.log', '*.gz'] })
    expect((await logs.files()).map(({ key }) => key)).toEqual(['a.log', 'b.log.gz'])
    expect(await textOf(logs.read('a.log', 4))).toBe('two\n')
    expect(await textOf(logs.read('b.log.gz'))).toBe('three\n')
  })

  it('that are gone, or not the gzip they claim to be, are named', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'a.gz'), 'not compressed at all')
    const logs = logFiles({ root, patterns: [] })
    await expect(textOf(logs.read('nothing'))).rejects.toMatchObject({ code: 'object-missing' })
    await expect(textOf(logs.read('a.gz'))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('a.gz cannot be decompressed'),
    })
  })
})
