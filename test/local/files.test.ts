import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Alert } from '@hubkeeper/core'
import { alertOutbox, hubFiles, logFiles, metricFiles } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { logSourceContract } from '../adapters/log-source.ts'
import { metricsContract } from '../adapters/metrics.ts'
import { temporaryDirectory } from '../support/temporary.ts'

metricsContract('files', async () => metricFiles({ directory: temporaryDirectory() }))

logSourceContract('files', async (files) => {
  const root = temporaryDirectory()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content)
  return logFiles({ root, patterns: ['*'] })
})

describe('a metrics file', () => {
  it('survives a line that its writer never finished', async () => {
    const directory = temporaryDirectory()
    const metrics = metricFiles({ directory })
    const at = new Date('2026-11-24T10:00:00Z')
    const point = { hub: 'hub', name: 'size', subject: null, unit: 'bytes', at } as const
    await metrics.publish([{ ...point, value: 1 }])
    appendFileSync(join(directory, '2026-11-24.jsonl'), '{"hub":"hub","na')
    await metrics.publish([{ ...point, value: 2 }])
    const query = { hub: 'hub', name: 'size', from: at, to: new Date('2026-11-25T00:00:00Z') }
    expect((await metrics.read(query)).map(({ value }) => value)).toEqual([1, 2])
    expect(metrics.unreadableLines()).toBe(1)
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
