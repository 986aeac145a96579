import type { ConfigInput } from '@hubkeeper/core'
import { askingNobody } from '../../../support/asking-nobody.ts'
import { askAws, askAwsByQuery, postToAws } from '../ask-aws.ts'
import { type BuildFront, startBuildFront } from '../build-front.ts'
import { accessLine, closeBucket, deliverable, logAccesses, setPolicy } from '../logged-buckets.ts'
import type { Cloud } from './cloud.ts'
import { building } from './demands.ts'
import { account } from './template.ts'

/** What makes a hub name everything that audits look at; nothing of it leaves this machine. */
export const auditedSettings = {
  requirements: ['requirements.txt'],
  audit: {
    python: { inventory: 'inventory.json' },
    ...askingNobody.audit,
    advisories: { url: null, stored: 'advisories/' },
    source: ['app'],
    image: { reference: 'registry.example/hub:1.4', ecr: { repository: 'hub', tag: '1.4' } },
    secrets: {
      parameters: ['/hub/'],
      names: ['hub/token'],
      users: ['hub-deploy'],
      functions: ['hub-api'],
    },
  },
} as const satisfies Partial<ConfigInput['hubs'][string]>

/** What `pip inspect` prints of one package. */
const inventory = {
  version: '1',
  pip_version: '25.0',
  installed: [{ metadata: { metadata_version: '2.1', name: 'Jinja2', version: '3.1.4' } }],
  environment: { python_full_version: '3.11.4', implementation_name: 'cpython' },
}

/** A flaw of that package, in the OSV format. */
const advisory = {
  id: 'DEMO-1',
  modified: '2026-11-30T00:00:00Z',
  published: '2026-11-30T00:00:00Z',
  summary: 'Templates leave their sandbox',
  affected: [
    {
      package: { ecosystem: 'PyPI', name: 'jinja2' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.1.5' }] }],
    },
  ],
}

/** What audits find there, and CodeBuild in front of it. */
export interface AuditedAccount {
  /** Variables of an invocation: that builds are asked for elsewhere. */
  readonly variables: Readonly<Record<string, string>>
  readonly builds: BuildFront
  stop(): Promise<void>
}

/** What scanners print that find nothing, by their names. */
const outputs: Readonly<Record<string, unknown>> = {
  bandit: { errors: [], generated_at: '2026-12-01T00:00:00Z', metrics: {}, results: [] },
  'pip-audit': { dependencies: [{ name: 'jinja2', version: '3.1.6', vulns: [] }], fixes: [] },
  'trivy-fs': { SchemaVersion: 2, ArtifactName: '.', Results: [] },
  'trivy-image': { SchemaVersion: 2, ArtifactName: 'hub', Results: [] },
}

/** Makes everything that {@link auditedSettings} names, for one hub, and logs the accesses to the buckets. */
export async function prepareAudits(cloud: Cloud, hub: string): Promise<AuditedAccount> {
  const { proxy, s3 } = cloud
  await keepSecrets(proxy.url)
  await runFunction(proxy.url)
  await scanImage(proxy.url)
  await logEverything(cloud, hub)
  const { accessLogBucket } = cloud
  for (const bucket of [cloud.hubBucket, cloud.backupBucket, accessLogBucket]) await closeBucket(s3, bucket)
  const store = cloud.storeOf(hub)
  await store.put('app/main.py', 'print(1)\n')
  await store.put('requirements.txt', 'jinja2==3.1.4\n')
  await store.put('inventory.json', JSON.stringify(inventory))
  await store.put('advisories/DEMO-1.json', JSON.stringify(advisory))
  const builds = await startBuildFront({
    permits: (accessKeyId, action, project) => cloud.permits(accessKeyId, building(action, project)),
    async perform({ id }) {
      for (const [scanner, output] of Object.entries(outputs)) {
        const place = `state/scans/${id.split(':')[1]}/${scanner}`
        await store.put(`${place}.json`, JSON.stringify(output))
        const dates = { builtAt: new Date().toISOString(), databaseAt: new Date().toISOString() }
        const end = { failure: null, log: [], seconds: 1, version: '1.0.0', ...dates }
        await store.put(`${place}.end.json`, JSON.stringify(end))
      }
      return 'SUCCEEDED'
    },
  })
  return { builds, variables: { AWS_ENDPOINT_URL_CODEBUILD: builds.url }, stop: () => builds.stop() }
}

async function keepSecrets(url: string): Promise<void> {
  await askAws(url, 'ssm', 'AmazonSSM.PutParameter', {
    Name: '/hub/password',
    Type: 'SecureString',
    Value: 'x',
  })
  await askAws(url, 'secretsmanager', 'secretsmanager.CreateSecret', { Name: 'hub/token', SecretString: 'x' })
  const iam = (parameters: Readonly<Record<string, string>>) =>
    askAwsByQuery(url, 'iam', { Version: '2010-05-08', ...parameters })
  await iam({ Action: 'CreateUser', UserName: 'hub-deploy' })
  await iam({ Action: 'CreateAccessKey', UserName: 'hub-deploy' })
}

/** A function of the hub, with variables. */
async function runFunction(url: string): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  await askAwsByQuery(url, 'iam', {
    Version: '2010-05-08',
    Action: 'CreateRole',
    RoleName: 'hub-api',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  })
  await postToAws(`${url}/2015-03-31/functions`, 'lambda', {
    FunctionName: 'hub-api',
    Role: `arn:aws:iam::${account}:role/hub-api`,
    Runtime: 'python3.12',
    Handler: 'main.handler',
    Code: { ZipFile: Buffer.from('nothing').toString('base64') },
    Environment: { Variables: { LOG_LEVEL: 'info' } },
  })
}

async function scanImage(url: string): Promise<void> {
  const ask = (action: string, body: object) =>
    askAws(url, 'ecr', `AmazonEC2ContainerRegistry_V20150921.${action}`, { repositoryName: 'hub', ...body })
  const digest = `sha256:${'1'.repeat(64)}`
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  const config = { mediaType: 'application/vnd.docker.container.image.v1+json', size: 1, digest }
  await ask('CreateRepository', {})
  await ask('PutImage', {
    imageManifest: JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] }),
    imageTag: '1.4',
  })
  await ask('StartImageScan', { imageId: { imageTag: '1.4' } })
}

/** A log of accesses with a line in it, to both buckets. */
async function logEverything({ accessLogBucket, backupBucket, hubBucket, s3, storeIn }: Cloud, hub: string) {
  await setPolicy(s3, accessLogBucket, [deliverable(accessLogBucket)])
  const at = new Date()
  for (const [bucket, prefix] of [
    [hubBucket, 'hub/'],
    [backupBucket, 'backups/'],
  ] as const) {
    await logAccesses(s3, bucket, accessLogBucket, prefix)
    const line = accessLine({ at, requester: 'arn:aws:iam::123456789012:user/jo', key: `${hub}/x` })
    await storeIn(accessLogBucket, prefix).put(`${at.toISOString().slice(0, 10)}-00-00-00-ABCD`, `${line}\n`)
  }
}
