import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Report, type RunRecord, reportSchema, runRecordSchema } from '@hubkeeper/core'
import { sqliteRecords } from '@hubkeeper/local'
import { onTestFinished } from 'vitest'
import type { TestHub } from '../../support/hub.ts'

const program = join(import.meta.dirname, '../../../cli/bin/hubkeeper.cjs')

/** Starts the real command, and leaves it running. */
export const begin = (hub: TestHub, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program, ...args], { cwd: hub.directory, stdio: 'ignore' })

/** The kept reports of a task, oldest first. */
export function reportsOf(hub: TestHub, task: string): Report[] {
  const folder = join(hub.directory, 'reports', task)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => reportSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}

/** What the ledger of a hub says about the runs of a task. */
export async function recordsOf(hub: TestHub, task: string): Promise<RunRecord[]> {
  const records = sqliteRecords({ path: join(hub.directory, 'state/ledger.db') })
  const found = await records.list(`hub/runs/${task}/`)
  records.close()
  return found.map(({ value }) => runRecordSchema.parse(JSON.parse(value)))
}

/** Makes the hub one that is kept since some moment, and in which nothing succeeded since. */
export async function keptSince(hub: TestHub, since: Date): Promise<void> {
  const records = sqliteRecords({ path: join(hub.directory, 'state/ledger.db') })
  const stored = await records.get('hub/punctuality')
  const value = JSON.stringify({ since: since.toISOString(), successes: {} })
  await records.put('hub/punctuality', value, stored?.revision ?? null)
  records.close()
}

/** Keeps everybody from reading the database until it is called. */
export function lock(hub: TestHub): () => void {
  const connection = new DatabaseSync(hub.database)
  connection.exec('BEGIN EXCLUSIVE')
  let open = true
  const release = (): void => {
    if (open) connection.close()
    open = false
  }
  onTestFinished(release)
  return release
}

/** An API that answers nothing until it is told to. */
export async function stubbornApi(hub: TestHub) {
  const asked = Promise.withResolvers<void>()
  let stubborn = true
  const server = createServer((_request, response) => {
    asked.resolve()
    if (!stubborn) response.end('{"status":"healthy"}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  hub.configure({
    api: { baseUrl: `http://127.0.0.1:${port}`, endpoints: [{ path: '/health' }], timeoutSeconds: 60 },
  })
  return {
    /** Resolves when somebody asks for the first time. */
    asked: asked.promise,
    /** Answers from now on; whoever waits is cut off. */
    relent(): void {
      stubborn = false
      server.closeAllConnections()
    },
  }
}
