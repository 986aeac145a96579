import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { realHub, withoutRealHub } from '../support/real-hub.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { motoAvailable, withoutMoto } from './support/moto.ts'

const missing = [...(motoAvailable ? [] : [withoutMoto]), ...(realHub === null ? [withoutRealHub] : [])]
const title = `a real hub in a bucket${missing.length === 0 ? '' : ` (skipped: ${missing.join('; ')})`}`
const database = 'ai_knowledge_hub/knowledge_hub.db'

describe.skipIf(missing.length > 0)(title, () => {
  let cloud: Cloud
  beforeAll(async () => {
    cloud = await deploy({ hubs: { real: { database: { path: database } } } })
    await cloud.storeOf('real').upload(join(realHub ?? '', database), database)
  }, 120_000)
  afterAll(() => cloud?.stop())

  it.each([
    'backup',
    'database-maintenance',
    'performance-review',
    'verify-backups',
    'restore-backup',
    'health-check',
  ])('is kept by %s without a critical finding', async (task) => {
    const { ending, log } = await cloud.invoke(task, {})
    expect(ending, log).toMatchObject({
      kind: 'answer',
      value: { reports: [{ hub: 'real', findings: { critical: 0, unknown: 0 } }] },
    })
  })
})
