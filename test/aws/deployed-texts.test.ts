import { gzipSync } from 'node:zlib'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import {
  type LogSource,
  mebibytes,
  type ObjectStore,
  parseConfig,
  restrictStore,
  type SearchedText,
  type UnsearchedText,
} from '@hubkeeper/core'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployedTexts, functionsClient } from '../../layers/aws/src/deployed-texts.ts'
import { s3Store } from '../../layers/aws/src/s3/store.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const region = 'us-east-1'
/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9'

type Text = SearchedText | UnsearchedText

async function textsOf(
  store: ObjectStore,
  settings: object,
  {
    functions = functionsClient({ region, endpoint: nowhere, credentials }),
    logs = null,
  }: {
    readonly functions?: LambdaClient
    readonly logs?: LogSource | null
  } = {},
): Promise<Text[]> {
  const config = JSON.stringify({ hubs: { hub: { database: { path: 'hub.db' }, ...settings } } })
  const hub = parseConfig(config, 'hubkeeper.json').hubs.hub
  if (hub === undefined) throw new Error('no hub')
  const found: Text[] = []
  for await (const text of deployedTexts({ store, hub, functions, logs }).texts()) found.push(text)
  return found
}

/** What is left out on purpose is told apart. */
const told = (texts: readonly Text[]): string[] =>
  texts
    .filter((one) => one.state === 'read' || one.leftOut !== true)
    .map((one) => `${one.kind} ${one.place}: ${one.state === 'read' ? one.text : one.reason}`)

async function fill(store: ObjectStore, objects: Readonly<Record<string, string | Uint8Array>>) {
  for (const [key, body] of Object.entries(objects)) await store.put(key, body)
}

function contract(name: string, storeOf: () => Promise<ObjectStore>): void {
  describe(`texts that are kept as objects: ${name}`, () => {
    it('are configuration and logs, and nothing of Hubkeeper’s own', async () => {
      const store = await storeOf()
      await fill(store, {
        '.env': 'A=1',
        'config/.hidden': 'b: 1',
        'config/hub.yaml': 'c: 1',
        'config/picture.png': new Uint8Array([137, 80, 0]),
        'logs/hub.log': 'now',
        'logs/hub.log.2026-10-01.gz': gzipSync('before'),
        'logs/hub.log.2026-09-01.gz': gzipSync('long before').subarray(0, 20),
        'state/memory/x/y.env': 'no',
        'readme.md': 'no',
      })
      expect(told(await textsOf(store, { logs: { files: ['logs/*.log'] } })).sort()).toEqual([
        'config .env: A=1',
        'config config/.hidden: b: 1',
        'config config/hub.yaml: c: 1',
        expect.stringMatching(/^log logs\/hub.log.2026-09-01.gz: .*cannot be decompressed/),
        'log logs/hub.log.2026-09-01.gz: long befo',
        'log logs/hub.log.2026-10-01.gz: before',
        'log logs/hub.log: now',
      ])
    })

    it('come in pieces where they are large', async () => {
      const store = await storeOf()
      await fill(store, { 'config/large.txt': 'a line\n'.repeat(mebibytes(3) / 7) })
      const texts = await textsOf(store, {})
      const lines = texts.map((text) => (text.state === 'read' ? text.text.split('\n').length - 1 : 0))
      expect(lines.length).toBeGreaterThan(1)
      expect(lines.reduce((sum, count) => sum + count, 0)).toBe(Math.floor(mebibytes(3) / 7))
    })
  })
}

contract('in memory', async () => memoryStore())

it('what may not be listed is told, and the rest is searched', async () => {
  const store = memoryStore()
  await fill(store, { 'logs/hub.log': 'now', 'logs/hub.log.1': 'before' })
  const grants = [{ prefix: 'logs/', verbs: ['list', 'read'] as const }]
  const settings = { logs: { files: ['logs/hub.log'] }, audit: { secrets: { files: ['config/**'] } } }
  expect(told(await textsOf(restrictStore(store, grants, 'a test'), settings))).toEqual([
    'config configuration: a test may not list config/',
    'log logs/hub.log: now',
    'log logs/hub.log.1: before',
  ])
})

it('what begins with a wildcard is left out, and told: it would take the right to read all of the hub', async () => {
  const store = memoryStore()
  await fill(store, { 'hub.db': 'A=1', 'deep/.env': 'A=1', 'config/a': 'b: 1' })
  const settings = {
    audit: { secrets: { files: ['config/**', '**/.env', '*'] } },
    logs: { files: ['*.log'] },
  }
  const texts = await textsOf(store, settings)
  expect(told(texts)).toEqual(['config config/a: b: 1'])
  expect(texts.filter(({ state }) => state === 'unread')).toMatchObject([
    { place: '**/.env, *, *.log', leftOut: true },
  ])
})

describe('a log group', () => {
  const logs: LogSource = {
    files: async () => [{ key: '/hub/app', bytes: 0, modifiedAt: new Date(0) }],
    async *read() {
      yield Buffer.from('an event\n')
    },
  }
  const settings = { logs: { files: ['logs/*.log'], logGroup: '/hub/app' } }

  it('is searched in place of the files', async () => {
    const store = memoryStore()
    await fill(store, { 'logs/hub.log': 'old' })
    expect(told(await textsOf(store, settings, { logs }))).toEqual(['log /hub/app: an event\n'])
  })
})

describe.skipIf(!motoAvailable)(needingMoto('texts of a hub on AWS'), () => {
  let account: Account
  let buckets = 0

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())

  contract('in a bucket', async () => {
    const bucket = `texts-${++buckets}`
    await account.createBucket(bucket)
    return s3Store({ client: account.s3, bucket, prefix: 'hub/' })
  })

  async function createRole(): Promise<string> {
    const iam = new IAMClient({ endpoint: account.proxy.url, region, credentials })
    const AssumeRolePolicyDocument = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ],
    })
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'hub', AssumeRolePolicyDocument }))
    return Role?.Arn ?? ''
  }

  it('are the variables of its functions; one that is not there is told', async () => {
    const functions = functionsClient({ endpoint: account.proxy.url, region, credentials })
    const Role = await createRole()
    await functions.send(
      new CreateFunctionCommand({
        FunctionName: 'hub-api',
        Role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipSync({ 'index.js': new Uint8Array() }) },
        Environment: { Variables: { DB_PASSWORD: 'it is\nhere', PORT: '1' } },
      }),
    )
    const settings = { audit: { secrets: { functions: ['hub-api', 'hub-gone'] } } }
    expect(told(await textsOf(memoryStore(), settings, { functions }))).toEqual([
      'environment hub-api: DB_PASSWORD=it is\\nhere\nPORT=1',
      expect.stringMatching(/^environment hub-gone: cannot read the variables of the function hub-gone/),
    ])
  })
})
