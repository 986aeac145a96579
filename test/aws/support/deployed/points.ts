import type { Call, Fault } from '../s3-proxy.ts'
import { type Cloud, scheduleArn } from './cloud.ts'

/** A call of a run that something can happen to. */
export interface Point {
  readonly name: string
  readonly match: (call: Call, hub: string) => boolean
}

const writes = new Set(['PutObject', 'CompleteMultipartUpload'])

const writing =
  (pattern: RegExp, header: 'if-match' | 'if-none-match' | null = null) =>
  (call: Call, hub: string): boolean =>
    writes.has(call.operation) &&
    call.key.startsWith(`${hub}/`) &&
    pattern.test(call.key.slice(hub.length + 1)) &&
    (header === null || call.headers[header] !== undefined)

/** Every conditional write of maintenance, in their order. */
export const maintenanceWrites: readonly Point[] = [
  { name: 'the claim', match: writing(/^state\/ledger\/runs\//, 'if-none-match') },
  { name: 'the record of punctuality', match: writing(/^state\/ledger\/punctuality/) },
  { name: 'the write lease', match: writing(/^state\/ledger\/leases\/write/) },
  { name: 'the completion of the copy', match: writing(/^backups\/[^/]+\/hub\.db$/) },
  { name: 'the manifest', match: writing(/^backups\/[^/]+\/manifest/) },
  { name: 'the announcement of the certificate', match: writing(/^state\/backups\/chain/) },
  { name: 'the certificate', match: writing(/^backups\/[^/]+\/certificate/) },
  { name: 'the head of the certificates', match: writing(/^state\/backups\/head/) },
  { name: 'the publish of the database', match: writing(/^knowledge\/hub\.db$/, 'if-match') },
  { name: 'the report', match: writing(/^reports\/.*\.json$/) },
  { name: 'the end of the claim', match: writing(/^state\/ledger\/runs\//, 'if-match') },
]

/** What is remembered of backups where something is wrong with them, or they are not new. */
const rareWrites: readonly Point[] = [
  { name: 'the quarantine', match: writing(/^state\/backups\/quarantine/) },
  { name: 'the hold', match: writing(/^state\/ledger\/hold/) },
  { name: 'the verification', match: writing(/^state\/backups\/verified/) },
  { name: 'the progress of the proof', match: writing(/^state\/backups\/proofs/) },
]

/** One of {@link maintenanceWrites}, or a write that is rare. */
export function point(name: string): Point {
  const found = [...maintenanceWrites, ...rareWrites].find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** Lets a fault meet calls of a hub's functions only, not those of the test. */
export function meet(
  cloud: Cloud,
  hub: string,
  match: Point['match'],
  { fault, times = 1 }: { fault: Fault; times?: number },
): void {
  cloud.proxy.inject({ fault, times, match: (call) => isFunction(call) && match(call, hub) })
}

const isFunction = ({ accessKeyId }: Call): boolean => accessKeyId.startsWith('AKIAFUNCTION')

/** Calls of an operation below a hub. */
export const operation =
  (name: string, pattern = /./) =>
  (call: Call, hub: string): boolean =>
    call.operation === name && call.key.startsWith(`${hub}/`) && pattern.test(call.key)

/** Does something once, before the first such call of a hub's functions goes on. */
export function before(
  cloud: Cloud,
  hub: string,
  match: Point['match'],
  work: () => void | Promise<void>,
): void {
  const { authorize } = cloud.proxy
  cloud.proxy.authorize = async (call) => {
    if (isFunction(call) && match(call, hub)) {
      cloud.proxy.authorize = authorize
      await work()
    }
    return (await authorize?.(call)) ?? true
  }
}

/** Resolves once such a call was answered, before the function hears of anything that comes after it. */
export async function answered(cloud: Cloud, hub: string, match: Point['match']): Promise<void> {
  const from = cloud.proxy.calls.length
  const isDone = (call: Call) => call.status === 200 && isFunction(call) && match(call, hub)
  while (!cloud.proxy.calls.slice(from).some(isDone)) await new Promise((next) => setTimeout(next, 2))
}

/** A scheduled event; each minute is a slot of its own. */
export const slotEvent = (task: string, hub: string, minute: number) => ({
  hub,
  scheduleArn: scheduleArn(`${task}-${hub}`),
  scheduledTime: new Date(Date.UTC(2026, 10, 29, 13, minute)).toISOString(),
})
