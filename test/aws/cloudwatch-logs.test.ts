import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { countLevels } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloudWatchLogs } from '../../layers/aws/src/cloudwatch-logs.ts'
import { logsClient } from '../../layers/aws/src/logs-client.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

describe.skipIf(!motoAvailable)(needingMoto('a log group of CloudWatch'), () => {
  let moto: Moto
  let client: CloudWatchLogsClient
  let groups = 0
  // The service refuses events of another time than now.
  const at = new Date()
  const before = (minutes: number): Date => new Date(at.getTime() - minutes * 60_000)

  beforeAll(async () => {
    moto = await startMoto()
    client = logsClient({ region: 'us-east-1', endpoint: moto.url, credentials })
  })
  afterAll(() => moto?.stop())

  async function groupOf(events: readonly (readonly [Date, string])[]) {
    groups += 1
    const logGroupName = `/hub/app${groups}`
    const stream = { logGroupName, logStreamName: 'one' }
    await client.send(new CreateLogGroupCommand({ logGroupName }))
    await client.send(new CreateLogStreamCommand(stream))
    const logEvents = events.map(([time, message]) => ({ timestamp: time.getTime(), message }))
    if (logEvents.length > 0) await client.send(new PutLogEventsCommand({ ...stream, logEvents }))
    return cloudWatchLogs({ client, logGroup: logGroupName, now: () => at })
  }

  const textOf = async (logs: ReturnType<typeof cloudWatchLogs>): Promise<string> => {
    const parts: Uint8Array[] = []
    for await (const part of logs.read((await logs.files())[0]?.key ?? '')) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  const count = async (logs: ReturnType<typeof cloudWatchLogs>) =>
    countLevels(logs.read((await logs.files())[0]?.key ?? ''), {
      from: before(24 * 60),
      to: at,
      timeZone: 'UTC',
    })

  it('is one log, of no size, that was written now; whether it exists is told by reading it', async () => {
    const logs = await groupOf([])
    const key = `/hub/app${groups}`
    expect(await logs.files()).toEqual([{ key, bytes: 0, modifiedAt: at }])
    const shorter = cloudWatchLogs({ client, logGroup: '/hub/ap', now: () => at })
    await expect(textOf(shorter)).rejects.toMatchObject({ code: 'object-missing' })
  })

  it('is read as a line for each event, by time, with the time that CloudWatch has', async () => {
    const logs = await groupOf([
      [before(3), 'ERROR one\n'],
      [before(2), 'ERROR two\n  File "app.py"\r\n'],
      [before(1), `${before(9).toISOString()} ERROR three`],
    ])
    expect(await textOf(logs)).toBe(
      [
        `${before(3).toISOString()} ERROR one`,
        `${before(2).toISOString()} ERROR two`,
        '  File "app.py"',
        `${before(9).toISOString()} ERROR three`,
        '',
      ].join('\n'),
    )
  })

  it('has its levels counted, however its events are written', async () => {
    const time = before(5)
    const messages = [
      'ERROR:     app.search - failed',
      '[ERROR] failed',
      `[ERROR]\t${time.toISOString()}\t5b2f1c\tfailed`,
      `${time.toISOString()}\t5b2f1c\tERROR\tfailed`,
      '{"level":"ERROR","message":"failed"}',
      `{ "timestamp": "${time.toISOString()}", "level": "error", "message": "failed" }`,
      'level=error msg=failed',
      `time=${time.toISOString()} level=error msg=failed`,
      `<11>1 ${time.toISOString()} host app - - - failed`,
      '\x1b[31mERROR\x1b[0m failed\nTraceback:\n  ValueError: ERROR',
    ]
    const logs = await groupOf([
      ...messages.map((message) => [time, message] as const),
      [before(4), 'CRITICAL all is lost\0'],
      [before(4), 'START RequestId: 5b2f1c, no ERROR'],
      [before(4), ''],
    ])
    expect(await count(logs)).toMatchObject({
      error: messages.length,
      critical: 1,
      undated: 0,
      binary: false,
    })
  })

  it('is read over a day and an hour, all of it', async () => {
    const events = Array.from({ length: 2500 }, (_, i) => [before(2500 - i), `ERROR ${i}`] as const)
    const logs = await groupOf([...events])
    const lines = (await textOf(logs)).split('\n').slice(0, -1)
    expect(lines).toHaveLength(25 * 60)
    expect(lines.at(-1)).toContain('ERROR 2499')
    expect(await count(logs)).toMatchObject({ error: 24 * 60 })
  })

  it('that is gone is named', async () => {
    const logs = cloudWatchLogs({ client, logGroup: '/hub/gone', now: () => at })
    const reading = async (key: string) => {
      for await (const _ of logs.read(key)) break
    }
    await expect(reading('/hub/gone')).rejects.toMatchObject({
      code: 'object-missing',
      message: expect.stringContaining('/hub/gone'),
    })
    await expect(reading('another')).rejects.toMatchObject({ code: 'object-missing' })
  })
})
