import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HubAnswer, readHealth } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { realHub, withoutRealHub } from '../support/real-hub.ts'

const answer = (body: string, contentType: string | null = 'application/json'): HubAnswer => ({
  kind: 'answer',
  status: 200,
  contentType,
  body,
  duration: 1,
  location: null,
})

const read = (value: unknown) => readHealth(answer(JSON.stringify(value)))

describe('a health answer', () => {
  it.each([
    [{ status: 'healthy' }, 'healthy'],
    [{ status: 'UP' }, 'healthy'],
    [{ status: 'pass' }, 'healthy'],
    [{ status: 'degraded' }, 'degraded'],
    [{ status: 'warn' }, 'degraded'],
    [{ status: 'down' }, 'unhealthy'],
    [{ healthy: false }, 'unhealthy'],
    [{ version: '1.0' }, 'unstated'],
    [{ status: 'perhaps' }, 'unstated'],
  ] as const)('%j is %s', (value, verdict) => {
    expect(read(value).verdict).toBe(verdict)
  })

  it('is as bad as its worst part, which is named', () => {
    const value = {
      status: 'degraded',
      checks: { database: { status: 'unhealthy', error: 'cannot open' }, cache: { status: 'ok' } },
    }
    expect(read(value)).toMatchObject({
      verdict: 'unhealthy',
      reasons: ['database is unhealthy: cannot open'],
    })
  })

  it('tells of the hub’s own machine, however it is wrapped', () => {
    const value = {
      health: {
        status: 'healthy',
        checks: { system: { status: 'healthy', disk_percent: 62.1, memory_percent: 51.2, cpu_percent: 7.4 } },
      },
    }
    expect(read(value)).toMatchObject({ diskPercent: 62.1, memoryPercent: 51.2, cpuPercent: 7.4 })
  })

  it('that announces JSON and is none cannot be read; a plain word can', () => {
    expect(readHealth(answer('{"status": "healthy"')).verdict).toBe('unreadable')
    expect(readHealth(answer('OK', 'text/plain')).verdict).toBe('healthy')
    expect(readHealth(answer('', null)).verdict).toBe('unstated')
  })

  it('of any depth does no harm', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
    expect(readHealth(answer(deep)).verdict).toBe('unstated')
  })
})

describe.skipIf(realHub === null)(`the answers of a real hub (skipped when ${withoutRealHub})`, () => {
  it.each([
    ['healthy', 'healthy'],
    ['degraded', 'degraded'],
    ['degraded_search_index_missing', 'degraded'],
    ['unhealthy', 'unhealthy'],
    ['unhealthy_database_masked_as_degraded', 'unhealthy'],
    ['deep_healthy', 'healthy'],
    ['mcp_server_py_health', 'healthy'],
  ])('%s is %s', (name, verdict) => {
    const samples: Record<string, unknown> = JSON.parse(
      readFileSync(join(realHub ?? '', 'health.json'), 'utf8'),
    )
    expect(read(samples[name]).verdict).toBe(verdict)
  })
})
