import {
  type BaseContext,
  configSchema,
  type Datapoint,
  type ExpectedTask,
  type Host,
  keys,
  type Report,
  type Signature,
  storedReports,
  type Task,
  type TaskResult,
} from '@hubkeeper/core'
import { memoryStore } from '../../fakes/memory-store.ts'
import { contextOf, quietLedger } from '../../support/context.ts'

/** What a review looks at. */
export interface Kept {
  readonly at: Date
  readonly reports: readonly Report[]
  readonly tasks: readonly ExpectedTask[]
  readonly looks?: readonly Datapoint[]
  readonly signatures?: readonly Signature[]
  /** Documents beside reports, by key. */
  readonly attachments?: Readonly<Record<string, string>>
  readonly analysis?: object
  /** Bytes that are free on the disk of the hub’s machine; else that is another one. */
  readonly freeBytes?: number
}

/** The machine of a hub that is somewhere else. */
const elsewhere: Host = {
  elsewhere: 'the hub runs on another machine',
  disks: async () => [],
  memory: async () => null,
  cpu: async () => null,
  processes: async () => null,
  runtimes: () => [],
  service: async () => ({ state: 'unknown', detail: 'not here' }),
  serviceProcesses: async () => null,
}

const machineWith = (freeBytes: number): Host => ({
  ...elsewhere,
  elsewhere: null,
  disks: async () => [{ path: '/', device: '1', totalBytes: 2 * freeBytes, freeBytes }],
})

function hubWith(analysis: object): BaseContext['hub'] {
  const { hubs } = configSchema.parse({ hubs: { hub: { database: { path: 'hub.db' }, analysis } } })
  const { hub } = hubs
  if (hub === undefined) throw new Error('no hub')
  return { ...hub, id: 'hub' }
}

/** Runs a review over reports in memory. */
export async function review(task: Task, kept: Kept): Promise<TaskResult> {
  const { analysis = {}, at, attachments = {}, freeBytes, looks = [], reports, signatures = [], tasks } = kept
  const store = memoryStore()
  for (const report of reports) {
    await store.put(keys.report(report.task, report.run, 'json'), JSON.stringify(report))
  }
  for (const [key, text] of Object.entries(attachments)) await store.put(key, text)
  return task.start(
    contextOf(hubWith(analysis), at),
    async () => ({
      reports: storedReports({ store }),
      host: freeBytes === undefined ? elsewhere : machineWith(freeBytes),
      ledger: { ...quietLedger(), tasks, signatures: async () => signatures },
      metrics: {
        read: async ({ from, name, to }) =>
          looks.filter((point) => point.name === name && point.at >= from && point.at < to),
      },
    }),
    {},
  )
}

/** One of the documents of a result. @throws Error where it is not there */
export function documentIn({ attachments = [] }: TaskResult, name: string): string {
  const found = attachments.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found.text
}
