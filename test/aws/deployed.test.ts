import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { days, hours, keys, ledgerKeys, ledgerPrefix, listAll } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { backupsOf, dailyFrom, storeBackups } from '../support/histories.ts'
import { type AuditedAccount, auditedSettings, prepareAudits } from './support/deployed/audits.ts'
import { type Circumstances, type Cloud, deploy, scheduleArn } from './support/deployed/cloud.ts'
import { listing, starting } from './support/deployed/demands.ts'
import { changeDatabase, sampleConfig, storedDatabase, storeSampleHub } from './support/deployed/hub.ts'
import { allowing } from './support/deployed/policy.ts'
import { clientName, type Invoked } from './support/deployed/sandbox.ts'
import { freshHub } from './support/deployed/soundness.ts'
import { keysBelow, newestReport } from './support/deployed/stored.ts'
import { type LambdaFront, startLambdaFront } from './support/lambda-front.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

const summaryOf = ({ ending, log }: Invoked): unknown => {
  if (ending.kind !== 'answer') throw new Error(`${JSON.stringify(ending)}\n${log}`)
  return ending.value
}

describe.skipIf(!motoAvailable)(needingMoto(`the deployed bundles, run by ${clientName}`), () => {
  let cloud: Cloud
  let front: LambdaFront
  let account: AuditedAccount
  const server = createServer((request, response) => {
    const body = request.url === '/health' ? { status: 'healthy' } : []
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    cloud = await deploy({
      hubs: {
        demo: { ...sampleConfig(`http://127.0.0.1:${port}`), ...auditedSettings },
        other: sampleConfig(),
        logged: {
          ...sampleConfig(),
          logs: { files: ['logs/*.log'], logGroup: '/hub/logged' },
        },
      },
    })
    front = await startLambdaFront(cloud)
    account = await prepareAudits(cloud, 'demo')
  }, 120_000)
  afterAll(async () => {
    server.close()
    await front?.stop()
    await account?.stop()
    await cloud?.stop()
  })

  let rows: unknown

  async function articles(): Promise<unknown> {
    const database = await storedDatabase(cloud, 'demo')
    const [count] = Object.values(database.prepare('SELECT count(*) FROM articles').get() ?? {})
    database.close()
    return count
  }

  /** Everything of a hub that is none of the runs’ own records, with its version. */
  async function everythingOf(hub: string): Promise<string[]> {
    const found: string[] = []
    for (const prefix of ['', keys.backups]) {
      for await (const { etag, key } of listAll(cloud.storeOf(hub), prefix)) {
        if (!/^(state\/ledger|reports)\//.test(key)) found.push(`${key} ${etag}`)
      }
    }
    return found
  }

  /** Runs a cadence; the functions that it starts are run as well. */
  async function runCadence(event: object, circumstances: Circumstances = {}): Promise<Invoked> {
    const variables = { AWS_ENDPOINT_URL_LAMBDA: front.url }
    const invoked = await cloud.invoke('run-maintenance', event, { ...circumstances, variables })
    if (invoked.ending.kind === 'answer') return invoked
    const failures = (await front.ended()).filter(({ ending }) => ending.kind !== 'answer')
    return { ...invoked, log: failures.map(({ ending }) => JSON.stringify(ending)).join('\n') }
  }
  const namesOf = (cadence: string): string[] =>
    tasks.filter(({ schedule }) => schedule.cadence === cadence).map(({ name }) => `hubkeeper-${name}`)
  /** An object of the hub that was put so many days ago. */
  const putAged = (key: string, daysOld: number) =>
    cloud.s3.send(
      new PutObjectCommand({
        Bucket: cloud.hubBucket,
        Key: `demo/${key}`,
        Body: 'text',
        Metadata: { 'days-old': String(daysOld) },
      }),
    )

  const backupIds = async (hub: string): Promise<string[]> => [
    ...new Set((await keysBelow(cloud, hub, keys.backups)).flatMap((key) => key.split('/')[1] ?? [])),
  ]

  const scheduled = (task: string, time: string) => ({
    hub: 'demo',
    scheduleArn: scheduleArn(`${task}-demo`),
    scheduledTime: time,
  })

  it('back a stored database up, without a byte of the copy passing through the function', async () => {
    await storeSampleHub(cloud, 'demo')
    await storeSampleHub(cloud, 'other')
    rows = await articles()
    expect(rows).toBeGreaterThan(0)
    const invoked = await cloud.invoke('backup', scheduled('backup', '2026-11-25T03:30:00Z'))
    expect(summaryOf(invoked)).toMatchObject({ status: 'ok', reports: [{ hub: 'demo', task: 'backup' }] })
    const { calls } = cloud.proxy
    const copies = calls.filter(({ operation }) => operation === 'UploadPartCopy')
    expect(copies.map(({ key, requestBytes }) => [key.split('/')[1], requestBytes])).toEqual([['backups', 0]])
  })

  it('keep the hub’s files with it', async () => {
    const kept = (await keysBelow(cloud, 'demo', keys.backups)).flatMap(
      (key) => key.split('/files/')[1] ?? [],
    )
    const there = await keysBelow(cloud, 'demo', 'knowledge/search_index/')
    expect(there.length).toBeGreaterThan(0)
    expect(kept).toEqual(expect.arrayContaining(there))
    expect(kept).not.toContain('knowledge/hub.db')
  })

  it('do nothing on a second delivery of what succeeded, and say so', async () => {
    const again = await cloud.invoke('backup', scheduled('backup', '2026-11-25T03:30:00Z'))
    expect(summaryOf(again)).toMatchObject({ status: 'ok', reports: [{ alreadySucceeded: true }] })
  })

  it('run once what names the same slot by hand', async () => {
    const event = { hub: 'demo', slot: 'release-1.2' }
    expect(summaryOf(await cloud.invoke('backup', event))).toMatchObject({ status: 'ok' })
    expect(summaryOf(await cloud.invoke('backup', event))).toMatchObject({
      reports: [{ alreadySucceeded: true }],
    })
  })

  it('make a stored database compact, in the place of the version that was read, rows and all', async () => {
    const before = await cloud.storeOf('demo').head('knowledge/hub.db')
    const invoked = await cloud.invoke(
      'database-maintenance',
      scheduled('database-maintenance', '2026-11-29T13:15:00Z'),
    )
    expect(summaryOf(invoked)).toMatchObject({ status: 'ok' })
    const after = await cloud.storeOf('demo').head('knowledge/hub.db')
    expect(after?.bytes).toBeLessThan(before?.bytes ?? 0)
    expect(await articles()).toBe(rows)
  })

  it('check the health of every hub by hand, and say what a function cannot see', async () => {
    const invoked = await cloud.invoke('health-check', {})
    expect(summaryOf(invoked)).toMatchObject({
      reports: [{ hub: 'demo' }, { hub: 'other' }, { hub: 'logged' }],
    })
    const report = await newestReport(cloud, 'demo', 'health-check')
    const statusOf = (check: string) => report.findings.find((finding) => finding.check === check)?.status
    expect(statusOf('services.running')).toBe('skipped')
    expect(statusOf('database.integrity')).toBe('ok')
    expect(statusOf('search-index.present')).toBe('ok')
    expect(statusOf('logs.errors')).not.toBeUndefined()
    expect(report.findings.filter(({ status }) => status === 'critical')).toEqual([])
  })

  it('audit what a hub names: packages, code, what is stored, and what is outdated', async () => {
    for (const task of ['dependency-update', 'security-audit', 'major-updates']) {
      const { variables } = account
      expect(summaryOf(await cloud.invoke(task, { hub: 'demo' }, { variables })), task).toMatchObject({
        reports: [{ task }],
      })
    }
    const { findings } = await newestReport(cloud, 'demo', 'security-audit')
    const unknown = findings.filter(({ status }) => status === 'unknown').map(({ subject }) => subject)
    // Whether a policy is public is nothing that moto knows.
    expect(unknown.filter((subject) => !subject?.startsWith('bucket-public-policy'))).toEqual([])
    expect(account.builds.started).toHaveLength(1)
  })

  it('analyse, optimize and review, and keep pages beside the reports', async () => {
    for (const task of [
      'performance-analysis',
      'content-optimization',
      'monthly-review',
      'architecture-review',
    ]) {
      // Else it would leave indexes alone that are well, and make no backup.
      const force = task === 'content-optimization' ? { force: true } : {}
      const invoked = await cloud.invoke(task, { hub: 'demo', ...force })
      expect(summaryOf(invoked), task).toMatchObject({ reports: [{ hub: 'demo', task }] })
      const { artifacts, error } = await newestReport(cloud, 'demo', task)
      expect(error, task).toBeNull()
      const pages = artifacts.map(({ key }) => key).filter((key) => key.endsWith('.html'))
      expect(pages, task).toHaveLength(1)
      for (const key of pages) expect((await cloud.storeOf('demo').head(key))?.bytes).toBeGreaterThan(1000)
    }
    expect(await articles()).toBe(rows)
  })

  it('prove a backup again, and restore one with a safety copy', async () => {
    const proven = await cloud.invoke('verify-backups', { hub: 'demo', backup: 'latest' })
    expect(summaryOf(proven)).toMatchObject({ status: 'ok' })
    const { findings } = await newestReport(cloud, 'demo', 'verify-backups')
    expect(findings.filter(({ check }) => check === 'backup.certified')).toMatchObject([{ status: 'ok' }])
    const restored = await cloud.invoke('restore-backup', { hub: 'demo', backup: 'latest' })
    expect(summaryOf(restored)).toMatchObject({ status: 'ok' })
  })

  it('bring a database back that is gone', async () => {
    await cloud.storeOf('demo').delete('knowledge/hub.db')
    const restored = await cloud.invoke('restore-backup', { hub: 'demo' })
    expect(summaryOf(restored)).toMatchObject({ status: 'ok' })
    expect(await articles()).toBe(rows)
  })

  it('recover the newest backup beside the hub, and try every detector', async () => {
    await cloud.invoke('backup', { hub: 'demo', force: true })
    const before = await everythingOf('demo')
    const from = cloud.proxy.calls.length
    const invoked = await cloud.invoke('disaster-recovery-test', { hub: 'demo', samples: 1 })
    expect(summaryOf(invoked)).toMatchObject({ status: 'ok' })
    expect(await everythingOf('demo')).toEqual(before)
    const { error, figures, findings } = await newestReport(cloud, 'demo', 'disaster-recovery-test')
    expect(error).toBeNull()
    const statuses = (check: string) =>
      findings.filter((each) => each.check === check).map(({ status }) => status)
    // The newest backup, and an older one.
    expect(statuses('drill.restore')).toEqual(['ok', 'ok'])
    expect(statuses('drill.rto')).toEqual(['ok'])
    expect(statuses('drill.rpo')).toEqual(['ok'])
    for (const check of ['drill.files', 'drill.detectors']) {
      expect([check, ...new Set(statuses(check))]).toEqual([check, 'ok'])
    }
    // A function cannot start the hub: its queries answer for it.
    expect(findings.find(({ subject }) => subject === 'start')).toMatchObject({
      check: 'drill.start-up',
      status: 'skipped',
      actual: 'a function cannot start the hub',
    })
    expect(findings.find(({ subject }) => subject === 'guess: rows of articles')).toMatchObject({
      check: 'drill.start-up',
      status: 'ok',
    })
    expect(figures.find(({ name }) => name === 'drill.rto')?.value).toBeGreaterThan(0)
    const written = cloud.proxy.calls
      .slice(from)
      .filter(({ method, service }) => service === 's3' && method !== 'GET' && method !== 'HEAD')
    expect(written.filter(({ key }) => !/\/(reports|state\/ledger)\//.test(key))).toEqual([])
  })

  it('probe every minute with four figures a hub, and never touch the database', async () => {
    const from = cloud.proxy.calls.length
    const invoked = await cloud.invoke('kpi-probe', scheduled('kpi-probe', '2026-11-25T12:00:00Z'))
    expect(summaryOf(invoked)).toMatchObject({ status: 'ok', reports: [{ report: null }] })
    const calls = cloud.proxy.calls.slice(from)
    const published = calls.filter(({ operation }) => operation === 'PutMetricData').map(({ body }) => body)
    const names = published.flatMap((body) =>
      [...body.matchAll(/"MetricName":"([^"]+)"/g)].map(([, name]) => name),
    )
    expect(names.sort()).toEqual(['api.available', 'api.response-time', 'probe.heartbeat', 'tasks.overdue'])
    expect(calls.filter(({ key }) => key.includes('hub.db') || key.includes('backups/'))).toEqual([])
  })

  it('change nothing in a dry run', async () => {
    const from = cloud.proxy.calls.length
    expect(
      summaryOf(await cloud.invoke('database-maintenance', { hub: 'demo', dryRun: true })),
    ).toMatchObject({
      status: 'ok',
    })
    const writes = cloud.proxy.calls
      .slice(from)
      .filter(({ method, service }) => service === 's3' && method !== 'GET' && method !== 'HEAD')
    expect(writes).toEqual([])
  })

  it.each([
    ['backup', 'every day', 'the event cannot be understood'],
    ['backup', { hub: 'nobody' }, 'there is no hub nobody; what to do: known are demo, other, logged'],
    [
      'backup',
      { hub: 'demo', deep: true },
      'does not take these arguments: arguments: Unrecognized key: "deep"',
    ],
    ['backup', { hub: 'demo', at: 'noon' }, 'at: '],
    ['backup', { hub: 'demo', scheduledTime: '2026-11-25T03:30:00Z' }, 'scheduleArn and scheduledTime'],
    ['backup', { hub: 'demo', slot: '../x' }, 'slot: must be 1 to 120 letters, digits'],
    ['backup', { ...scheduled('backup', '2026-11-25T03:30:00Z'), slot: 'x' }, 'slot: a schedule has a slot'],
  ])('refuse %s with %j', async (task, event, message) => {
    const { ending } = await cloud.invoke(task, event)
    expect(ending).toMatchObject({ kind: 'error', type: 'usage', message: expect.stringContaining(message) })
  })

  it.each(['other', 'logged'])('do the same for the hub %s, by hand', async (hub) => {
    await storeSampleHub(cloud, hub)
    expect(summaryOf(await cloud.invoke('kpi-probe', { hub }))).toMatchObject({ status: 'ok' })
    for (const cadence of ['daily', 'weekly']) {
      expect(summaryOf(await runCadence({ hub, cadence })), cadence).toMatchObject({ status: 'ok' })
    }
    expect(summaryOf(await cloud.invoke('verify-backups', { hub }))).toMatchObject({ status: 'ok' })
    await cloud.storeOf(hub).delete('knowledge/hub.db')
    expect(summaryOf(await cloud.invoke('restore-backup', { hub }))).toMatchObject({ status: 'ok' })
  })

  it('read logs from CloudWatch where a log group is named', async () => {
    const logGroupName = '/hub/logged'
    const client = new CloudWatchLogsClient({
      endpoint: cloud.proxy.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
    })
    const stream = { logGroupName, logStreamName: 'one' }
    await client.send(new CreateLogGroupCommand({ logGroupName }))
    await client.send(new CreateLogStreamCommand(stream))
    const logEvents = Array.from({ length: 12 }, (_, i) => ({
      timestamp: Date.now() - 60_000 + i,
      message: 'ERROR no',
    }))
    await client.send(new PutLogEventsCommand({ ...stream, logEvents }))
    await cloud.invoke('health-check', { hub: 'logged' })
    const report = await newestReport(cloud, 'logged', 'health-check')
    expect(report.findings.find(({ check }) => check === 'logs.errors')).toMatchObject({
      status: 'warning',
      subject: logGroupName,
      actual: 12,
    })
  })

  it('delete rotated logs that are old, and no live one', async () => {
    await putAged('logs/server.log.2026-01-01', 30)
    await putAged('logs/quiet.log', 30)
    expect(summaryOf(await cloud.invoke('log-rotation', { hub: 'demo' }))).toMatchObject({ status: 'ok' })
    const store = cloud.storeOf('demo')
    expect(await store.head('logs/server.log.2026-01-01')).toBeNull()
    expect(await store.head('logs/quiet.log')).not.toBeNull()
  })

  it('delete backups past their time, and none that was proven lately', async () => {
    await freshHub(cloud, 'demo')
    const store = cloud.storeOf('demo')
    const [newest, ...past] = backupsOf([
      ...dailyFrom(new Date(Date.now() - days(60)), 14),
      { takenAt: new Date(Date.now() - hours(1)) },
    ]).toReversed()
    await storeBackups(store, [...past.toReversed(), newest ?? expect.fail('there is a newest one')])
    const before = await backupIds('demo')
    // What nobody has read for long is due to be read back, and is, byte by byte.
    await cloud.invoke('verify-backups', { hub: 'demo' })
    const { findings } = await newestReport(cloud, 'demo', 'verify-backups')
    const verified = await store.get(keys.verified)
    for (const { manifest } of past) {
      expect(
        findings.find(({ check, subject }) => check === 'backup.certified' && subject === manifest.id),
      ).toMatchObject({ status: 'ok', actual: 'every byte is as certified' })
      expect(new TextDecoder().decode(verified?.body)).toContain(manifest.id)
    }
    expect(summaryOf(await cloud.invoke('cleanup', { hub: 'demo' }))).toMatchObject({ status: 'ok' })
    const after = await backupIds('demo')
    const deleted = before.filter((id) => !after.includes(id))
    expect(deleted.length).toBeGreaterThan(0)
    expect(past.map(({ manifest }) => manifest.id)).toEqual(expect.arrayContaining(deleted))
  })

  it('put a backup into quarantine from which content vanished, and delete none while it stands', async () => {
    const hub = 'other'
    const store = cloud.storeOf(hub)
    const hold = `${ledgerPrefix}${ledgerKeys.hold}.json`
    await storeBackups(store, backupsOf(dailyFrom(new Date(Date.now() - days(60)), 14)))
    await changeDatabase(cloud, hub, 'DELETE FROM articles')
    expect(await store.head(hold)).toBeNull()
    expect(summaryOf(await cloud.invoke('backup', { hub }))).toMatchObject({ status: 'critical' })
    const { findings } = await newestReport(cloud, hub, 'backup')
    const found = (check: string) => findings.find((finding) => finding.check === check)
    expect(found('content.vanished')).toMatchObject({ status: 'critical', subject: 'articles' })
    expect(found('backup.quarantined')).toMatchObject({ status: 'critical' })
    const quarantined = await store.get(keys.quarantine)
    expect(new TextDecoder().decode(quarantined?.body)).toContain(found('backup.quarantined')?.subject)
    expect(new TextDecoder().decode((await store.get(hold))?.body)).toContain('content vanished from backup')

    // Whoever finds it without a hold places one.
    const before = await backupIds(hub)
    for (const [task, more] of [
      ['database-maintenance', { force: true }],
      ['backup', { force: true }],
    ] as const) {
      await store.delete(hold)
      await cloud.invoke(task, { hub, ...more })
      expect(await store.head(hold), task).not.toBeNull()
    }
    expect(summaryOf(await cloud.invoke('cleanup', { hub }))).toMatchObject({ reports: [{ hub }] })
    expect(await backupIds(hub)).toEqual(expect.arrayContaining(before))
    const cleaned = await newestReport(cloud, hub, 'cleanup')
    expect(cleaned.findings.find(({ check }) => check === 'retention.applied')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('held by hubkeeper'),
    })
  })

  describe('run a cadence in one go', () => {
    it('each task by its own function, with its own rights, followed to its end', async () => {
      const from = front.started.length
      const requestId = randomUUID()
      const invoked = await runCadence({ hub: 'demo' }, { requestId })
      expect(summaryOf(invoked)).toMatchObject({ reports: [{ hub: 'demo', task: 'run-maintenance' }] })
      expect(front.started.slice(from)).toEqual(
        namesOf('daily').map((name) => ({ name, event: { hub: 'demo', slot: requestId } })),
      )
      const { error, findings } = await newestReport(cloud, 'demo', 'run-maintenance')
      expect(error).toBeNull()
      expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
        ...namesOf('daily').map(() => 'tasks.succeeded ok'),
        'cadence.window ok',
      ])
      // Another delivery of that request finds everything done.
      expect(summaryOf(await runCadence({ hub: 'demo' }, { requestId }))).toMatchObject({
        reports: [{ alreadySucceeded: true }],
      })
    })

    it('going on, after it ran out of time, where it stopped', async () => {
      const from = front.started.length
      const circumstances = { requestId: randomUUID(), timeout: 4000 }
      const event = { hub: 'demo', cadence: 'weekly' }
      const first = await runCadence(event, circumstances)
      expect(first.ending).toMatchObject({ kind: 'error', type: 'time-limit' })
      const again = await runCadence(event, { requestId: circumstances.requestId })
      expect(summaryOf(again)).toMatchObject({ reports: [{ task: 'run-maintenance' }] })
      const started = front.started.slice(from).map(({ name }) => name)
      expect([...new Set(started)]).toEqual(namesOf('weekly'))
      for (const task of namesOf('weekly').map((name) => name.replace('hubkeeper-', ''))) {
        const record = `${ledgerPrefix}${ledgerKeys.runsOf(task)}${circumstances.requestId}.json`
        const stored = await cloud.storeOf('demo').get(record)
        expect(new TextDecoder().decode(stored?.body), task).toContain('succeeded')
      }
    })

    it('as a dry run saying what would run, and starting nothing', async () => {
      const from = front.started.length
      const invoked = await runCadence({ hub: 'demo', cadence: 'weekly', dryRun: true })
      expect(summaryOf(invoked)).toMatchObject({ status: 'ok' })
      expect(front.started).toHaveLength(from)
    })
  })

  describe('with no more rights than they declare', () => {
    it('were allowed everything that they asked for', () => {
      const refused = [...cloud.functions.values()].flatMap(({ demands, task }) =>
        demands
          .filter(({ allowed }) => !allowed)
          .map(({ action, resource }) => `${task}: ${action} ${resource}`),
      )
      expect(refused).toEqual([])
    })

    it('used every right that they have, but those of Lambda itself and of trouble', () => {
      // Lambda writes the log and the dead letter with the function's role; the rest is for bad days.
      const notOurs = /^(logs:|sqs:|sns:Publish|s3:AbortMultipartUpload)/
      const unused = [...cloud.functions.values()].flatMap(({ statements, task, used }) =>
        statements
          .filter(
            (statement) => !used.has(statement) && !statement.Action.every((action) => notOurs.test(action)),
          )
          .map(({ Action, Resource }) => `${task}: ${Action.join()} ${Resource.join()}`),
      )
      const lists = [...cloud.functions.values()].map(({ demands, statements, task }) => {
        const granted = new Set(statements.flatMap(({ Action }) => Action))
        const asked = new Set(demands.map(({ action }) => action))
        // A listing may be asked for without being made: it decides between 404 and 403.
        asked.add('s3:ListBucket')
        unused.push(
          ...[...granted]
            .filter((action) => !asked.has(action) && !notOurs.test(action))
            .map((action) => `${task}: ${action}`),
        )
        return `${task}\n  granted ${[...granted].sort().join(', ')}\n  used    ${[...asked].sort().join(', ')}`
      })
      console.log(lists.join('\n'))
      expect(unused).toEqual([])
    })

    it('may not touch what is below no hub of theirs, nor delete a backup but by retention', () => {
      const { backupBucket, hubBucket } = cloud
      for (const { statements, task } of cloud.functions.values()) {
        const may = (action: string, bucket: string, key: string) =>
          allowing(statements, { action, resource: `arn:aws:s3:::${bucket}/${key}`, context: {} }) !== null
        expect(may('s3:GetObject', hubBucket, 'stranger/knowledge/hub.db'), task).toBe(false)
        expect(may('s3:PutObject', hubBucket, 'demo/knowledge/other.db'), task).toBe(false)
        const { backups } = tasks.find(({ name }) => name === task)?.access ?? {}
        expect(may('s3:DeleteObject', backupBucket, 'demo/backups/x/hub.db'), task).toBe(backups === 'prune')
        expect(may('s3:DeleteObject', hubBucket, 'demo/knowledge/hub.db'), task).toBe(false)
        expect(allowing(statements, starting('hubkeeper-restore-backup')), task).toBeNull()
        expect(allowing(statements, listing(hubBucket, '')), task).toBeNull()
      }
    })
  })

  it('are the functions of every task there is', () => {
    expect([...cloud.functions.keys()].sort()).toEqual(tasks.map(({ name }) => name).sort())
  })
})
