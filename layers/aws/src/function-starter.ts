import { InvocationType, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { type ClientOptions, patience } from './clients.ts'
import { serviceError } from './service-error.ts'

/** Starts functions with an event each, and does not wait for them. */
export interface FunctionStarter {
  /** @throws HubkeeperError when it was not started, or nobody can say whether it was */
  start(name: string, event: Readonly<Record<string, unknown>>): Promise<void>
}

/**
 * Functions of AWS Lambda; in a file of its own, since few functions load it. A request whose answer is
 * lost is sent again, so the event has to name its slot.
 */
export function lambdaFunctions(options: ClientOptions = {}): FunctionStarter {
  const client = new LambdaClient({ ...patience, ...options })
  return {
    async start(name, event) {
      try {
        await client.send(
          new InvokeCommand({
            FunctionName: name,
            InvocationType: InvocationType.Event,
            Payload: JSON.stringify(event),
          }),
        )
      } catch (error) {
        throw serviceError(error, `cannot start the function ${name}`)
      }
    },
  }
}
