import type { Datapoint } from '@hubkeeper/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cloudWatchClient } from '../../layers/aws/src/clients.ts'
import { cloudwatchMetrics } from '../../layers/aws/src/cloudwatch-metrics.ts'
import { decodeDimension, encodeDimension } from '../../layers/aws/src/dimension.ts'
import { metricsContract } from '../adapters/metrics.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const at = new Date('2026-11-24T10:00:00Z')
const point: Datapoint = { hub: 'hub', name: 'table.rows', subject: null, value: 1, unit: 'rows', at }
const query = {
  hub: 'hub',
  name: 'table.rows',
  from: new Date('2026-11-24T09:55:00Z'),
  to: new Date('2026-11-24T10:05:00Z'),
}

describe.skipIf(!motoAvailable)(needingMoto('metrics in CloudWatch'), () => {
  let moto: Moto
  beforeAll(async () => {
    // Large requests are sent compressed, which CloudWatch reads and moto does not.
    vi.stubEnv('AWS_DISABLE_REQUEST_COMPRESSION', 'true')
    moto = await startMoto()
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await moto?.stop()
  })

  async function makeMetrics(now = new Date('2026-11-25T01:00:00Z')) {
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' })
    const client = cloudWatchClient({ region: 'us-east-1', endpoint: moto.url, credentials })
    const requests: { name: string; bytes: number; input: unknown }[] = []
    client.middlewareStack.add(
      (next, context) => (args) => {
        const input = args.input
        requests.push({ name: context.commandName ?? '', bytes: JSON.stringify(input).length, input })
        return next(args)
      },
      { step: 'initialize' },
    )
    return { metrics: cloudwatchMetrics({ client, namespace: 'Hubkeeper', now: () => now }), requests }
  }

  metricsContract('CloudWatch', async () => (await makeMetrics()).metrics)

  it('are written and read in batches, however many there are', async () => {
    const { metrics, requests } = await makeMetrics()
    const points = Array.from({ length: 1201 }, (_, i) => ({ ...point, subject: `table ${i}`, value: i }))
    await metrics.publish(points)
    expect(requests.map(({ name }) => name)).toEqual(['PutMetricDataCommand', 'PutMetricDataCommand'])
    const narrow = { ...query, from: at, to: new Date('2026-11-24T10:01:00Z') }
    const read = await metrics.read(narrow)
    expect(new Set(read.map(({ subject }) => subject)).size).toBe(1201)
    const count = (name: string) => requests.filter((request) => request.name === name).length
    expect(count('ListMetricsCommand')).toBe(3)
    expect(count('GetMetricDataCommand')).toBe(Math.ceil((1201 * 5) / 500))
  })

  it('never make a request larger than CloudWatch takes', async () => {
    const { metrics, requests } = await makeMetrics()
    const long = 'x'.repeat(900)
    await metrics.publish(Array.from({ length: 1500 }, (_, i) => ({ ...point, subject: `${long}${i}` })))
    expect(requests.length).toBeGreaterThan(1)
    expect(Math.max(...requests.map(({ bytes }) => bytes))).toBeLessThan(1e6)
  })

  it('keep subjects of any characters apart', async () => {
    const { metrics } = await makeMetrics()
    const subjects = ['', '%', '%25', ':a', 'a', ' a ', 'Übersicht', 'ü\n', 'u', '日本', '\ud800', null]
    await metrics.publish(subjects.map((subject, value) => ({ ...point, subject, value })))
    const read = await metrics.read(query)
    expect(new Map(read.map(({ subject, value }) => [value, subject]))).toEqual(new Map(subjects.entries()))
    expect(await metrics.read({ ...query, subject: 'Übersicht' })).toMatchObject([{ value: 6 }])
    expect(await metrics.read({ ...query, subject: null })).toMatchObject([{ value: 11, subject: null }])
  })

  it('come back with the unit that CloudWatch has for them, and are of one hub', async () => {
    const { metrics } = await makeMetrics()
    const units = ['bytes', 'seconds', 'percent', 'rows', 'usd'] as const
    await metrics.publish(units.map((unit) => ({ ...point, subject: unit, unit })))
    await metrics.publish([{ ...point, hub: 'another' }])
    const read = await metrics.read(query)
    expect(new Map(read.map(({ subject, unit }) => [subject, unit]))).toEqual(
      new Map([
        ['bytes', 'bytes'],
        ['seconds', 'seconds'],
        ['percent', 'percent'],
        ['rows', 'count'],
        ['usd', 'usd'],
      ]),
    )
  })

  it('that are no numbers are refused by name, and nothing is written', async () => {
    const { metrics, requests } = await makeMetrics()
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e300]) {
      await expect(metrics.publish([point, { ...point, subject: 'users', value }])).rejects.toMatchObject({
        code: 'unexpected',
        message: expect.stringContaining('table.rows of users'),
      })
    }
    expect(requests).toEqual([])
  })

  it.each([
    [14, 60],
    [20, 300],
    [100, 3600],
  ])('of %i days ago are asked for in periods of %i seconds', async (age, period) => {
    const { metrics, requests } = await makeMetrics(new Date(query.from.getTime() + age * 86_400_000))
    await metrics.read({ ...query, subject: null })
    expect(requests[0]?.input).toMatchObject({
      MetricDataQueries: expect.arrayContaining([
        expect.objectContaining({ MetricStat: expect.objectContaining({ Period: period }) }),
      ]),
    })
  })

  it('of no time at all are none', async () => {
    const { metrics, requests } = await makeMetrics()
    expect(await metrics.read({ ...query, to: query.from })).toEqual([])
    expect(requests).toEqual([])
  })
})

describe('without CloudWatch', () => {
  it('the trouble is named, with what to do', async () => {
    const client = cloudWatchClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1', credentials })
    const metrics = cloudwatchMetrics({ client, namespace: 'Hubkeeper', now: () => at })
    await expect(metrics.publish([point])).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('table.rows'),
      hint: expect.stringContaining('AWS_ENDPOINT_URL'),
    })
  })
})

describe('a dimension', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 400 })

  it('is what CloudWatch takes, and decodes to the text', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ maxLength: 60 })), (text) => {
        const value = encodeDimension(text)
        expect(value).toMatch(/^[\x21-\x39\x3b-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/)
        if (!value.includes('%~')) expect(decodeDimension(value)).toBe(text)
      }),
    )
  })

  it('is another one for another text, also when both are too long', () => {
    const long = 'x'.repeat(3000)
    expect(encodeDimension(`${long}a`)).toHaveLength(1024)
    expect(encodeDimension(`${long}a`)).not.toBe(encodeDimension(`${long}b`))
    expect(encodeDimension(encodeDimension(`${long}a`))).not.toBe(encodeDimension(`${long}a`))
  })
})
