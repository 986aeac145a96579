import { type Datapoint, readKpis } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const reading = (name: string, value: number, subject: string | null = null, at = '2026-11-24T09:00:00Z') =>
  ({ hub: 'hub', name, value, subject, unit: 'seconds', at: new Date(at) }) satisfies Datapoint

describe('the KPIs', () => {
  it('are judged by the limits of their check, or the hub’s own', () => {
    const slow = [reading('api.response-time', 3)]
    expect(readKpis(slow, {})).toMatchObject([{ status: 'warning', target: 2, alert: 5 }])
    const limits = { 'api.response-time': { warning: 4, critical: null } }
    expect(readKpis(slow, limits)).toMatchObject([{ status: 'ok', target: 4, alert: null }])
  })

  it('are as bad as their worst subject', () => {
    const [kpi] = readKpis([reading('api.response-time', 1, '/a'), reading('api.response-time', 6, '/b')], {})
    expect(kpi).toMatchObject({ status: 'critical', subject: '/b' })
  })

  it('are down when one of two endpoints is', () => {
    const [kpi] = readKpis([reading('api.available', 1, '/a'), reading('api.available', 0, '/b')], {})
    expect(kpi).toMatchObject({ status: 'critical', subject: '/b' })
  })

  it('forget a subject that is not read any more', () => {
    const old = reading('api.response-time', 9, '/gone', '2026-11-20T09:00:00Z')
    expect(readKpis([old, reading('api.response-time', 1, '/a')], {})).toMatchObject([{ subject: '/a' }])
  })

  it('are left out when there is no reading', () => {
    expect(readKpis([], {})).toEqual([])
  })
})
