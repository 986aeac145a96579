// Figures of the deployment on the stand-in for AWS: what is uploaded, how fast a function is ready, and
// what a task moves for a database of 400 MB. Processes and loopback, not Lambda and its network.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { formatBytes, formatValue, type Report } from '@hubkeeper/core'
import { type Cloud, deploy } from '../aws/support/deployed/cloud.ts'
import { newestReport } from '../aws/support/deployed/stored.ts'
import { makeDatabase } from './make-database.ts'
import { withPeakMemory } from './process-tree.ts'

const megabytes = Number(process.argv[2] ?? 400)
const runs = 5

const sizeOf = (folder: string): { bytes: number; compressed: number } => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return {
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    compressed: files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0),
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

async function coldStarts(cloud: Cloud): Promise<void> {
  console.log('function                code        compressed  cold start (median of 5)')
  for (const task of cloud.functions.keys()) {
    const starts: number[] = []
    for (let i = 0; i < runs; i++) starts.push((await cloud.invoke(task, 'no event')).coldStart)
    const { bytes, compressed } = sizeOf(cloud.folderOf(task))
    console.log(
      `${task.padEnd(24)}${formatBytes(bytes).padEnd(12)}${formatBytes(compressed).padEnd(12)}${Math.round(median(starts))} ms`,
    )
  }
}

/** What is asked of each task: one backup is proven again, whether that is due or not. */
const transferred: readonly (readonly [task: string, input: object])[] = [
  ['backup', {}],
  ['verify-backups', { backup: 'latest' }],
  ['database-maintenance', {}],
]

/** Runs a task for the hub. @throws Error unless it answers */
async function invoke(cloud: Cloud, task: string, input: object): Promise<void> {
  const { ending } = await cloud.invoke(task, { hub: 'demo', ...input })
  if (ending.kind !== 'answer') throw new Error(JSON.stringify(ending))
}

function show({ figures }: Report, names: readonly string[]): void {
  for (const { name, subject, unit, value } of figures.filter((each) => names.includes(each.name))) {
    console.log(`${name.padEnd(24)}${(subject ?? '').padEnd(16)}${formatValue(value, unit)}`)
  }
}

/** What a proof and a recovery of the newest backup cost; of the drill of the detectors nothing is told. */
async function proofs(cloud: Cloud): Promise<void> {
  console.log('\none proof of the newest backup')
  const { peak } = await withPeakMemory(() => invoke(cloud, 'verify-backups', { backup: 'latest' }))
  show(await newestReport(cloud, 'demo', 'verify-backups'), ['proof.duration', 'backup.verified-bytes'])
  console.log(`peak memory             of the function and its engines, at once: ${formatBytes(peak)}`)
  console.log('\nrecovery of the newest backup, by the disaster-recovery test')
  await invoke(cloud, 'disaster-recovery-test', { samples: 1 })
  const report = await newestReport(cloud, 'demo', 'disaster-recovery-test')
  show(report, ['drill.rto', 'recovery.stage', 'drill.rpo'])
  for (const { actual, check, status, subject } of report.findings.filter(({ status }) => status !== 'ok')) {
    console.log(`${status}: ${check} ${subject ?? ''} ${actual}`)
  }
}

async function transfers(cloud: Cloud): Promise<void> {
  const path = join(process.env.TMPDIR ?? '/tmp', `hubkeeper-bench-${process.pid}.db`)
  makeDatabase(path, megabytes * 1e6)
  const bytes = statSync(path).size
  try {
    await cloud.storeOf('demo').upload(path, 'knowledge/hub.db')
  } finally {
    rmSync(path, { force: true })
  }
  console.log(`\na database of ${formatBytes(bytes)}`)
  console.log('task                    seconds  calls  into the function  out of it  copied in the store')
  for (const [task, input] of transferred) {
    const from = cloud.proxy.calls.length
    const started = performance.now()
    await invoke(cloud, task, input)
    const seconds = (performance.now() - started) / 1000
    const calls = cloud.proxy.calls.slice(from)
    const copies = calls.filter(({ operation }) => operation === 'UploadPartCopy')
    const sum = (of: 'requestBytes' | 'responseBytes'): number =>
      calls.reduce((total, call) => total + call[of], 0)
    console.log(
      [
        task.padEnd(23),
        seconds.toFixed(1).padEnd(8),
        String(calls.length).padEnd(6),
        formatBytes(sum('responseBytes')).padEnd(18),
        formatBytes(sum('requestBytes')).padEnd(10),
        `${copies.length} parts`,
      ].join(' '),
    )
  }
}

const cloud = await deploy({ hubs: { demo: { database: { path: 'knowledge/hub.db' } } } })
try {
  for (const [name, folder] of cloud.layers) {
    const { bytes, compressed } = sizeOf(folder)
    console.log(`layer ${name}: ${formatBytes(bytes)}, ${formatBytes(compressed)} compressed`)
  }
  await coldStarts(cloud)
  await transfers(cloud)
  await proofs(cloud)
} finally {
  await cloud.stop()
}
