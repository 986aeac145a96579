import { CreateTopicCommand, PublishCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import type { Alert } from '@hubkeeper/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { snsClient } from '../../layers/aws/src/clients.ts'
import { snsAlerts } from '../../layers/aws/src/sns-alerts.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

const alert: Alert = {
  hub: 'hub',
  task: 'backup',
  run: 'r1',
  audience: 'on-call',
  severity: 'critical',
  subject: 'CRITICAL hub backup: the backup is gone',
  body: 'what to do: make another',
  deduplicationKey: 'hub:backup:backup.present',
  at: new Date('2026-11-24T10:00:00Z'),
}

/** The envelope in which SNS puts a message that it delivers to a queue. */
const envelope = z.object({
  TopicArn: z.string(),
  Subject: z.string(),
  Message: z.string(),
  MessageAttributes: z.record(z.string(), z.object({ Type: z.string(), Value: z.string() })),
})

describe.skipIf(!motoAvailable)(needingMoto('alerts through SNS'), () => {
  let moto: Moto
  let client: SNSClient
  const topics = { 'on-call': '', security: '', team: '' }
  let queueUrl = ''

  /** SQS by its query API, which needs no client. */
  async function sqs(parameters: Record<string, string>): Promise<string> {
    const response = await fetch(moto.url, {
      method: 'POST',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: new URLSearchParams({ Version: '2012-11-05', ...parameters }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text
  }

  const tag = (xml: string, name: string): string =>
    new RegExp(`<${name}>([^]*?)</${name}>`).exec(xml)?.[1] ?? ''

  /** The message that has arrived; it is taken out of the queue. */
  async function arrived() {
    const received = await sqs({ Action: 'ReceiveMessage', QueueUrl: queueUrl })
    const handle = tag(received, 'ReceiptHandle')
    await sqs({ Action: 'DeleteMessage', QueueUrl: queueUrl, ReceiptHandle: handle })
    const body = tag(received, 'Body')
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
    return envelope.parse(JSON.parse(body))
  }

  beforeAll(async () => {
    moto = await startMoto()
    client = snsClient({ region: 'us-east-1', endpoint: moto.url, credentials })
    queueUrl = tag(await sqs({ Action: 'CreateQueue', QueueName: 'alerts' }), 'QueueUrl')
    for (const audience of ['on-call', 'security', 'team'] as const) {
      const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: audience }))
      topics[audience] = TopicArn
      await client.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: 'arn:aws:sqs:us-east-1:123456789012:alerts',
        }),
      )
    }
  })
  afterAll(() => moto?.stop())

  const send = async (changes: Partial<Alert> = {}) => {
    await snsAlerts({ client, topics }).send({ ...alert, ...changes })
    return arrived()
  }

  it('reach the topic of their audience, with what machines route by', async () => {
    const got = await send()
    expect(got).toMatchObject({ TopicArn: topics['on-call'], Subject: alert.subject })
    expect(got.Message.split('\n')).toEqual([
      `${alert.subject} (hub, backup)`,
      'run r1, 2026-11-24T10:00:00.000Z',
      '',
      alert.body,
    ])
    expect(Object.entries(got.MessageAttributes).map(([name, { Value }]) => [name, Value])).toEqual(
      expect.arrayContaining([
        ['hub', 'hub'],
        ['task', 'backup'],
        ['run', 'r1'],
        ['severity', 'critical'],
        ['audience', 'on-call'],
        ['deduplicationKey', alert.deduplicationKey],
      ]),
    )
    expect((await send({ audience: 'team' })).TopicArn).toBe(topics.team)
  })

  it('have a subject in ASCII on one line, and all of it in the message', async () => {
    const subject = 'Sauberkeit fällt – „Übersicht“ ist weg…\r\n日本 🙂'
    const got = await send({ subject })
    expect(got.Subject).toBe('Sauberkeit fallt - "Ubersicht" ist weg... ?? ?')
    expect(got.Message).toContain('Sauberkeit fällt – „Übersicht“ ist weg… 日本 🙂 (hub, backup)')
  })

  it('are cut to what SNS takes, between characters, and say so', async () => {
    for (const pad of ['', 'x', 'xx', 'xxx']) {
      const got = await send({ body: `${pad}${'🙂'.repeat(80_000)}` })
      expect(Buffer.byteLength(got.Message)).toBeLessThan(256 * 1024)
      expect(got.Message).not.toContain('\ufffd')
      expect(got.Message).toMatch(/\n… cut here: \d+ bytes/)
    }
  })

  it('have a short deduplication key, another one for other trouble', async () => {
    const keyOf = async (deduplicationKey: string) =>
      (await send({ deduplicationKey })).MessageAttributes.deduplicationKey?.Value
    const long = 'x'.repeat(300)
    const key = await keyOf(`${long}a`)
    expect(key).toHaveLength(256)
    expect(await keyOf(`${long}a`)).toBe(key)
    expect(await keyOf(`${long}b`)).not.toBe(key)
  })

  it('of any subject and body can be published', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(text, text, text, async (subject, body, deduplicationKey) => {
        expect((await send({ subject, body, deduplicationKey })).Subject).not.toBe('')
      }),
      { numRuns: 50 },
    )
  }, 120_000)

  it('for a topic that is gone name it, with what to do', async () => {
    const gone = { ...topics, 'on-call': `${topics['on-call']}-gone` }
    await expect(snsAlerts({ client, topics: gone }).send(alert)).rejects.toMatchObject({
      code: 'object-missing',
      message: expect.stringContaining(gone['on-call']),
      hint: expect.stringContaining('npx cdk deploy'),
    })
  })
})

describe('what is published', () => {
  /** What a client would send, and an answer at once. */
  async function published(changes: Partial<Alert>) {
    const client = snsClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1', credentials })
    let sent: unknown
    client.middlewareStack.add(
      () => async (args) => {
        sent = args.input
        return { response: {}, output: { $metadata: {} } }
      },
      { step: 'initialize' },
    )
    await snsAlerts({ client, topics: { 'on-call': 'arn:a', security: 'arn:c', team: 'arn:b' } }).send({
      ...alert,
      ...changes,
    })
    return new PublishCommand(publishable.parse(sent)).input
  }

  /** The rules of SNS, which moto does not hold all. */
  const publishable = z.object({
    TopicArn: z.string(),
    Subject: z.string().regex(/^[\x21-\x7e][\x20-\x7e]{0,98}$/),
    Message: z
      .string()
      .min(1)
      .regex(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
      .refine((text) => Buffer.byteLength(text) <= 256 * 1024),
    MessageAttributes: z.record(
      z.string(),
      z.object({
        DataType: z.literal('String'),
        StringValue: z
          .string()
          .min(1)
          .max(256)
          .regex(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u),
      }),
    ),
  })

  it('keeps to the rules of SNS, whatever the alert says', async () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
    const text = fc.string({ unit, maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (subject, body, deduplicationKey, run) => {
        await published({ subject, body, deduplicationKey, run })
      }),
      { numRuns: 300 },
    )
  })
})
