import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Cloud } from './cloud.ts'
import type { Ending } from './sandbox.ts'
import { region } from './template.ts'

/*
 * What the Lambda service does around a function that is invoked asynchronously, which no runtime
 * brings along. This is an imitation made for these tests from Lambda's documentation. It differs in
 * that it does not wait between the attempts, where Lambda waits one minute and then two.
 */

const invokeConfigSchema = z.looseObject({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.number().int(),
  DestinationConfig: z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }) }),
})

const letterSchema = z.looseObject({
  requestContext: z.looseObject({
    requestId: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number(),
  }),
  requestPayload: z.unknown(),
  responsePayload: z.looseObject({ errorType: z.string(), errorMessage: z.string() }).nullable(),
})

/** A message at the destination for failures, as Lambda writes it. */
export type DeadLetter = z.infer<typeof letterSchema>

/** The service around the functions of a cloud. */
export interface LambdaService {
  /** Delivers an event until it succeeds or the template's retries are used up; gives every attempt. */
  deliver(task: string, event: unknown, options?: Parameters<Cloud['invoke']>[2]): Promise<readonly Ending[]>
  /** Takes every message from the queue for failures. */
  deadLetters(): Promise<readonly DeadLetter[]>
}

const received = z.looseObject({
  Messages: z.array(z.looseObject({ Body: z.string(), ReceiptHandle: z.string() })).default([]),
})

/** Asks SQS in its JSON protocol. */
async function askQueues(cloud: Cloud, action: string, parameters: object): Promise<unknown> {
  const credential = `AKIAOWNER/20260101/${region}/sqs/aws4_request`
  const answer = await fetch(cloud.proxy.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(parameters),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${action}: HTTP ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** Creates the queues of the template, and stands in for the service. */
export async function startService(cloud: Cloud): Promise<LambdaService> {
  const urls = new Map<string, string>()
  for (const { id } of cloud.template.ofType('AWS::SQS::Queue')) {
    const QueueName = cloud.template.refOf(id)
    const made = await askQueues(cloud, 'CreateQueue', { QueueName })
    urls.set(QueueName, z.looseObject({ QueueUrl: z.string() }).parse(made).QueueUrl)
  }
  const configs = cloud.template
    .ofType('AWS::Lambda::EventInvokeConfig')
    .map(({ properties }) => invokeConfigSchema.parse(properties))

  return {
    async deliver(task, event, options = {}) {
      const functionName = cloud.functions.get(task)?.name
      const config = configs.find(({ FunctionName }) => FunctionName === functionName)
      if (config === undefined) throw new Error(`${task} has no AWS::Lambda::EventInvokeConfig`)
      // The same for every attempt at one event.
      const requestId = options.requestId ?? randomUUID()
      const endings: Ending[] = []
      for (let attempt = 0; attempt <= config.MaximumRetryAttempts; attempt++) {
        const { ending } = await cloud.invoke(task, event, { ...options, requestId })
        endings.push(ending)
        if (ending.kind === 'answer') return endings
      }
      const queue = config.DestinationConfig.OnFailure.Destination.split(':').at(-1) ?? ''
      const letter: DeadLetter = {
        requestContext: {
          requestId,
          condition: 'RetriesExhausted',
          approximateInvokeCount: endings.length,
        },
        requestPayload: event,
        responsePayload: payloadOf(endings.at(-1)),
      }
      await askQueues(cloud, 'SendMessage', {
        QueueUrl: urls.get(queue),
        MessageBody: JSON.stringify(letter),
      })
      return endings
    },

    async deadLetters() {
      const letters: DeadLetter[] = []
      for (const QueueUrl of urls.values()) {
        for (;;) {
          const { Messages } = received.parse(
            (await askQueues(cloud, 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 })) ?? {},
          )
          if (Messages.length === 0) break
          for (const { Body, ReceiptHandle } of Messages) {
            letters.push(letterSchema.parse(JSON.parse(Body)))
            await askQueues(cloud, 'DeleteMessage', { QueueUrl, ReceiptHandle })
          }
        }
      }
      return letters
    },
  }
}

/** What the function said last; null when it was killed. */
const payloadOf = (ending: Ending | undefined): DeadLetter['responsePayload'] =>
  ending?.kind === 'error' ? { errorType: ending.type, errorMessage: ending.message } : null
