import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuditedAccount, auditedSettings, prepareAudits } from './support/deployed/audits.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { sampleConfig, storeSampleHub } from './support/deployed/hub.ts'
import { clientName } from './support/deployed/sandbox.ts'
import { newestReport } from './support/deployed/stored.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

describe.skipIf(!motoAvailable)(needingMoto(`audits of a deployed hub, run by ${clientName}`), () => {
  let cloud: Cloud
  let account: AuditedAccount
  beforeAll(async () => {
    cloud = await deploy({ hubs: { demo: { ...sampleConfig(), ...auditedSettings } } })
    account = await prepareAudits(cloud, 'demo')
  }, 120_000)
  afterAll(async () => {
    await account?.stop()
    await cloud?.stop()
  })

  it('a security audit looks at everything that the hub names', async () => {
    const invoked = await cloud.invoke('security-audit', { hub: 'demo' }, { variables: account.variables })
    expect(invoked.ending, invoked.log).toMatchObject({ kind: 'answer' })
    const { error, findings } = await newestReport(cloud, 'demo', 'security-audit')
    expect(error).toBeNull()
    // Whether a policy is public is nothing that moto knows.
    const unknown = findings.filter(
      ({ status, subject }) => status === 'unknown' && !subject?.startsWith('bucket-public-policy'),
    )
    expect(unknown.map(({ actual, check, subject }) => `${check} ${subject}: ${actual}`)).toEqual([])
    expect(account.builds.started).toHaveLength(1)
  })

  it('a dependency update finds a flaw in the copy of advisories that lies in the bucket', async () => {
    const invoked = await cloud.invoke('dependency-update', { hub: 'demo' })
    expect(invoked.ending, invoked.log).toMatchObject({ kind: 'answer' })
    const { error, findings } = await newestReport(cloud, 'demo', 'dependency-update')
    expect(error).toBeNull()
    expect(findings.find(({ subject }) => subject === 'jinja2')).toMatchObject({
      check: 'dependencies.vulnerable',
      status: 'warning',
    })
    expect(findings.filter(({ status }) => status === 'unknown')).toEqual([])
  })

  it('major updates begin with a backup', async () => {
    await storeSampleHub(cloud, 'demo', 10)
    const invoked = await cloud.invoke('major-updates', { hub: 'demo' })
    expect(invoked.ending, invoked.log).toMatchObject({ kind: 'answer' })
    const { error, findings } = await newestReport(cloud, 'demo', 'major-updates')
    expect(error).toBeNull()
    expect(findings.filter(({ check }) => check === 'backup.certified')).toMatchObject([{ status: 'ok' }])
  })

  it.each(['security-audit', 'dependency-update', 'major-updates'])(
    '%s has the rights that it needs, and uses every one of them',
    (task) => {
      const { demands, statements } = cloud.functions.get(task) ?? expect.fail('it is deployed')
      expect(demands.filter(({ allowed }) => !allowed)).toEqual([])
      const asked = new Set(demands.map(({ action }) => action))
      const granted = new Set(statements.flatMap(({ Action }) => Action))
      // The rest is for bad days, or Lambda’s own.
      const notOurs = /^(logs:|sqs:|sns:Publish|s3:ListBucket|s3:AbortMultipartUpload)/
      expect([...granted].filter((action) => !asked.has(action) && !notOurs.test(action))).toEqual([])
    },
  )
})
