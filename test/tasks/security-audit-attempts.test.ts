import {
  type AccessSummary,
  HubkeeperError,
  type Observation,
  type ScanEnd,
  type TaskMemory,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { findingIn } from '../support/findings.ts'
import {
  type AuditPorts,
  audit,
  known,
  pipAudit,
  scan,
  statusOf,
  surroundings,
} from './support/surrounded-audit.ts'

describe('another attempt of the same request', () => {
  it('tells again what the first one told: its alert may never have been sent', async () => {
    const ports = surroundings({ scanners: pipAudit(scan('flawed')) })
    for (const slot of ['first', 'first'])
      expect(known(await audit(ports, slot), 'code.findings')).toEqual([])
    expect(known(await audit(ports, 'second'), 'code.findings')).toHaveLength(1)
  })

  it('compares with the audit before, as the first one did', async () => {
    const ports = surroundings({ scanners: pipAudit(scan('flawed')) })
    const score = async (slot: string, end: ScanEnd) => {
      const { figures } = await audit({ ...ports, scanners: pipAudit(end) }, slot)
      return figures?.find(({ name }) => name === 'security.score-change')?.value ?? null
    }
    expect(await score('first', scan('flawed'))).toBeNull()
    const change = await score('second', scan('failed'))
    expect(change).toBeLessThan(0)
    expect(await score('second', scan('failed'))).toBe(change)
  })
})

describe('a scanner that tells how old it is', () => {
  it('is judged by it', async () => {
    const result = await audit(surroundings({ scanners: pipAudit(scan('flawed')) }))
    expect(statusOf(result, 'scanner.age', 'pip-audit')).toBe('ok')
  })
})

describe('who came', () => {
  const summary = (refused: Readonly<Record<string, number>>): AccessSummary => ({
    from: new Date('2026-11-01T00:00:00Z'),
    to: new Date('2026-12-01T00:00:00Z'),
    callers: Object.entries(refused).map(([caller, count]) => ({
      caller,
      reads: 5,
      writes: 1,
      refused: count,
    })),
    leftOut: 2,
  })

  const came = async (ports: AuditPorts, slot: string, access: AccessSummary) => {
    const result = await audit({ ...ports, posture: { ...ports.posture, access: async () => access } }, slot)
    return { result, found: findingIn(result.findings)('storage.access') }
  }

  it('is told with how often, and log files that were left out', async () => {
    const { found } = await came(surroundings(), 'first', summary({ 'role\u202e/hub': 0 }))
    expect(found).toMatchObject({
      status: 'ok',
      actual: '1 caller: 5 read, 1 written, 0 refused',
      evidence: [
        'from 2026-11-01T00:00:00.000Z to 2026-12-01T00:00:00.000Z',
        'role\ufffd/hub: 5 read, 1 written, 0 refused',
        '2 log files were left out: there were too many',
      ],
    })
  })

  it('is a warning where somebody was refused, and news when it is somebody else', async () => {
    const ports = surroundings()
    const one = await came(ports, 'first', summary({ a: 3 }))
    expect(one.found.status).toBe('warning')
    expect(known((await came(ports, 'second', summary({ a: 9 }))).result, 'storage.access')).toHaveLength(1)
    expect(known((await came(ports, 'third', summary({ a: 9, b: 1 }))).result, 'storage.access')).toEqual([])
  })
})

describe('what cannot be looked at', () => {
  const observation: Observation = {
    rule: 'bucket-public',
    place: 'hub-data',
    status: 'critical',
    expected: 'closed',
    actual: 'open to everybody',
    advice: null,
  }
  const refused = new HubkeeperError('no-access', 'the bucket may not be read', { hint: 'grant it' })

  it('is unknown, and the rest is looked at all the same', async () => {
    const ports = surroundings()
    const blind = async (): Promise<never> => {
      throw refused
    }
    const result = await audit({ ...ports, posture: { storage: blind, credentials: blind, access: blind } })
    expect(findingIn(result.findings)('storage.posture')).toMatchObject({
      status: 'unknown',
      actual: 'the bucket may not be read',
      advice: 'grant it',
    })
    expect(statusOf(result, 'secrets.age')).toBe('unknown')
    expect(statusOf(result, 'policies.review')).toBe('skipped')
  })

  it('is taken to be as it was: when it can be seen again it is no news', async () => {
    const ports = surroundings()
    const open = { ...ports.posture, storage: async () => [observation] }
    const blind = { ...ports.posture, storage: () => Promise.reject(refused) }
    expect(known(await audit({ ...ports, posture: open }, 'first'), 'storage.posture')).toEqual([])
    await audit({ ...ports, posture: blind }, 'second')
    expect(known(await audit({ ...ports, posture: open }, 'third'), 'storage.posture')).toHaveLength(1)
  })

  it('a text that could not be searched is unknown with its reason', async () => {
    const secrets: AuditPorts['secrets'] = {
      async *texts() {
        yield {
          state: 'unread',
          place: 'config/hub.env',
          kind: 'config',
          reason: 'this user may not read it',
        }
      },
    }
    const result = await audit(surroundings({ secrets }))
    expect(findingIn(result.findings)('secrets.exposed', 'config/hub.env')).toMatchObject({
      status: 'unknown',
      actual: 'this user may not read it',
    })
  })
})

describe('a state that cannot be written', () => {
  it('fails the audit, and its findings are told all the same', async () => {
    const memory: TaskMemory = {
      recall: async () => null,
      remember: async () => {
        throw new HubkeeperError('no-space', 'the disk is full', { hint: 'free some' })
      },
    }
    const result = await audit(surroundings({ memory, scanners: pipAudit(scan('flawed')) }))
    expect(result.failure).toMatchObject({ code: 'no-space' })
    expect(statusOf(result, 'code.findings', 'CVE-2026-1 a 1')).toBe('warning')
  })
})
