import { keys, listAll, type Report, reportSchema } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { sampleConfig, storeSampleHub } from './support/deployed/hub.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

describe.skipIf(!motoAvailable)(needingMoto('a disaster-recovery test by a function'), () => {
  let cloud: Cloud
  beforeAll(async () => {
    cloud = await deploy({ hubs: { demo: sampleConfig('http://127.0.0.1:1') } })
  }, 120_000)
  afterAll(() => cloud?.stop())

  /** Everything of the hub that is none of the run’s own records, with its version. */
  async function everything(): Promise<string[]> {
    const found: string[] = []
    for await (const { etag, key } of listAll(cloud.storeOf('demo'), '')) {
      if (!/^(state\/ledger|reports)\//.test(key)) found.push(`${key} ${etag}`)
    }
    return found
  }

  async function lastReport(): Promise<Report> {
    const store = cloud.storeOf('demo')
    let text = ''
    for await (const { key } of listAll(store, keys.reportsOf('disaster-recovery-test'))) {
      if (key.endsWith('.json')) text = new TextDecoder().decode((await store.get(key))?.body)
    }
    return reportSchema.parse(JSON.parse(text))
  }

  it('restores and asks the copy, starts no hub, and leaves everything as it is', async () => {
    await storeSampleHub(cloud, 'demo')
    for (const force of [false, true]) {
      const { ending, log } = await cloud.invoke('backup', { hub: 'demo', force })
      expect(ending.kind, log).toBe('answer')
    }
    const before = await everything()
    const event = { hub: 'demo', samples: 1 }
    const { ending, log } = await cloud.invoke('disaster-recovery-test', event)
    expect(ending.kind, log).toBe('answer')
    expect(await everything()).toEqual(before)
    const { error, findings } = await lastReport()
    expect(error).toBeNull()
    const statuses = (check: string) =>
      findings.filter((found) => found.check === check).map(({ status }) => status)
    expect(statuses('drill.restore')).toEqual(['ok', 'ok'])
    expect(statuses('drill.rto')).toEqual(['ok'])
    expect(statuses('drill.rpo')).toEqual(['ok'])
    expect(new Set(statuses('drill.detectors'))).not.toContain('critical')
    expect(findings.find(({ subject }) => subject === 'start')).toMatchObject({
      status: 'skipped',
      actual: 'a function cannot start the hub',
    })
    expect(findings.find(({ subject }) => subject === 'guess: rows of articles')).toMatchObject({
      check: 'drill.start-up',
      status: 'ok',
    })
    const { demands } = cloud.functions.get('disaster-recovery-test') ?? { demands: [] }
    expect(demands.filter(({ allowed }) => !allowed)).toEqual([])
  }, 300_000)
})
