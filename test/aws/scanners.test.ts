import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readScan } from '@hubkeeper/audit'
import {
  type HubConfig,
  type ObjectStore,
  parseConfig,
  type ScanEnd,
  type ScannerName,
} from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { codeBuilds } from '../../layers/aws/src/scanners/builds.ts'
import { ecrClient, imageScan } from '../../layers/aws/src/scanners/image-scan.ts'
import { awsScanners } from '../../layers/aws/src/scanners/runner.ts'
import { buildMachine, needingPython, pythonAvailable } from '../support/scanners/build-machine.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { askAws } from './support/ask-aws.ts'
import { type BuildFront, type BuildFrontOptions, startBuildFront } from './support/build-front.ts'
import { region } from './support/deployed/template.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAOWNER', AWS_SECRET_ACCESS_KEY: 'secret' })

const everything = {
  requirements: ['requirements.txt'],
  audit: {
    source: ['app'],
    image: { reference: 'registry/hub:1.4', ecr: { repository: 'hub', tag: '1.4' } },
    scanners: { bandit: { timeoutMinutes: 3 } },
  },
}

function hubWith(settings: object): HubConfig & { readonly id: string } {
  const config = parseConfig(
    JSON.stringify({ hubs: { demo: { database: { path: 'hub.db' }, ...settings } } }),
    'test',
  )
  return { ...(config.hubs.demo ?? expect.fail('the hub is configured above')), id: 'demo' }
}

const image: ScanEnd = { state: 'failed', reason: 'ECR is not asked here', output: [] }

interface Setup {
  readonly perform?: BuildFrontOptions['perform']
  readonly permits?: BuildFrontOptions['permits']
  readonly hub?: object
  readonly store?: ObjectStore
  /** ms that a build is waited for. */
  readonly patience?: number
}

async function scannersOf(setup: Setup = {}) {
  const { hub = everything, patience = 60_000, perform = async () => 'SUCCEEDED', permits } = setup
  const store = setup.store ?? directoryStore({ root: join(temporaryDirectory(), 'hub') })
  const front: BuildFront = await startBuildFront({ perform, ...(permits === undefined ? {} : { permits }) })
  onTestFinished(() => front.stop())
  const scanners = awsScanners({
    hub: hubWith(hub),
    store,
    builds: async () => codeBuilds('hubkeeper-scanners', { endpoint: front.url, region }),
    image: async () => image,
    run: '01JABC',
    until: new Date(Date.now() + patience),
    pause: 10,
  })
  return { front, scanners, store }
}

const folder = (id: string): string => `state/scans/${id.split(':')[1]}/`
const ended = (changes: object = {}): string =>
  JSON.stringify({
    failure: null,
    log: [],
    seconds: 2,
    version: '1',
    builtAt: null,
    databaseAt: null,
    ...changes,
  })

describe('scanners on AWS', () => {
  it('are run by one build, whoever is asked first, which is told what to look at', async () => {
    const { front, scanners } = await scannersOf()
    await Promise.all(
      (['bandit', 'pip-audit', 'trivy-fs', 'trivy-image'] as const).map((one) => scanners.run(one)),
    )
    expect(front.started.map(({ project, token }) => [project, token])).toEqual([
      ['hubkeeper-scanners', '01JABC'],
    ])
    expect(JSON.parse(front.started[0]?.variables.SCAN ?? '')).toEqual({
      hub: 'demo',
      scanners: { bandit: 3, 'pip-audit': 10, 'trivy-fs': 10, 'trivy-image': 10 },
      source: ['app'],
      requirements: [['requirements.txt', 'requirements.txt']],
      image: 'registry/hub:1.4',
    })
  })

  it('are not started where there is nothing to look at', async () => {
    const { front, scanners } = await scannersOf({ hub: {} })
    const names: ScannerName[] = ['bandit', 'pip-audit', 'trivy-fs', 'trivy-image', 'ecr']
    for (const name of names) expect(await scanners.run(name)).toMatchObject({ state: 'not-configured' })
    expect(front.started).toEqual([])
  })

  it('give what they left, each its own, whatever became of the others', async () => {
    const store = directoryStore({ root: join(temporaryDirectory(), 'hub') })
    const { scanners } = await scannersOf({
      store,
      async perform({ id }) {
        await store.put(`${folder(id)}bandit.json`, '{"results":[]}')
        const dates = { builtAt: '2026-05-01T00:00:00+00:00', databaseAt: '2026-11-30T06:00:00Z' }
        await store.put(`${folder(id)}bandit.end.json`, ended(dates))
        const failure = { failure: 'it took longer than 10 minutes', log: ['last line'] }
        await store.put(`${folder(id)}trivy-fs.end.json`, ended(failure))
        await store.put(`${folder(id)}pip-audit.end.json`, 'nonsense')
        return 'TIMED_OUT'
      },
    })
    expect(await scanners.run('bandit')).toEqual({
      state: 'done',
      version: '1',
      builtAt: new Date('2026-05-01T00:00:00Z'),
      databaseAt: new Date('2026-11-30T06:00:00Z'),
      output: '{"results":[]}',
      seconds: 2,
    })
    expect(await scanners.run('trivy-fs')).toEqual({
      state: 'failed',
      reason: 'it took longer than 10 minutes',
      output: ['last line'],
    })
    expect(await scanners.run('pip-audit')).toMatchObject({
      state: 'failed',
      reason: 'how it ended cannot be read',
    })
    expect(await scanners.run('trivy-image')).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(
        /^the build hubkeeper-scanners:\S+ ended as TIMED_OUT, and left nothing of it$/,
      ),
      output: ['BUILD: the build took too long'],
    })
  })

  it('have failed where a build is not done in time', async () => {
    const end = Promise.withResolvers<'SUCCEEDED'>()
    const { scanners } = await scannersOf({ patience: 50, perform: () => end.promise })
    const seen = await scanners.run('bandit')
    end.resolve('SUCCEEDED')
    expect(seen).toMatchObject({ state: 'failed', reason: expect.stringContaining('was not done in time') })
  })

  it.each(['StartBuild', 'BatchGetBuilds'])('have failed where %s is not allowed', async (refused) => {
    const { scanners } = await scannersOf({ permits: (_, action) => action !== refused })
    expect(await scanners.run('bandit')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(`not authorized to perform ${refused}`),
    })
  })

  it('are missing where no build is deployed', async () => {
    const scanners = awsScanners({
      hub: hubWith(everything),
      store: directoryStore({ root: join(temporaryDirectory(), 'hub') }),
      builds: async () => null,
      image: async () => image,
      run: '01JABC',
      until: new Date(),
    })
    expect(await scanners.run('bandit')).toMatchObject({ state: 'missing' })
    expect(await scanners.run('ecr')).toBe(image)
  })

  it.skipIf(!pythonAvailable)(
    needingPython('run for real: the script of the build, started through CodeBuild’s API'),
    async () => {
      const machine = buildMachine(temporaryDirectory())
      const root = join(machine.bucketAt('hubs'), 'demo')
      mkdirSync(root, { recursive: true })
      const store = directoryStore({ root })
      await store.put('app/main.py', 'eval(x)\n')
      await store.put('requirements.txt', 'jinja2==3.1.4\n')
      const { scanners } = await scannersOf({
        store,
        async perform({ id, variables }) {
          const { code } = await machine.run(variables.SCAN ?? '', id)
          return code === 0 ? 'SUCCEEDED' : 'FAILED'
        },
      })
      for (const scanner of ['bandit', 'pip-audit', 'trivy-fs', 'trivy-image'] as const) {
        const end = await scanners.run(scanner)
        if (end.state !== 'done') expect.fail(JSON.stringify(end))
        expect(readScan(scanner, end.output), scanner).toMatchObject({ state: 'read' })
      }
    },
  )
})

describe.skipIf(!motoAvailable)(needingMoto('what ECR found in an image'), () => {
  let moto: Moto
  const scan = (repository: string, tag: string) =>
    imageScan(ecrClient({ endpoint: moto.url, region }), { repository, tag })
  const ask = (action: string, body: object) =>
    askAws(moto.url, 'ecr', `AmazonEC2ContainerRegistry_V20150921.${action}`, {
      repositoryName: 'hub',
      ...body,
    })

  beforeAll(async () => {
    moto = await startMoto()
    await ask('CreateRepository', {})
    const manifest = (size: number) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        config: {
          mediaType: 'application/vnd.docker.container.image.v1+json',
          size,
          digest: `sha256:${'1'.repeat(64)}`,
        },
        layers: [],
      })
    await ask('PutImage', { imageManifest: manifest(1), imageTag: '1.4' })
    await ask('PutImage', { imageManifest: manifest(2), imageTag: '1.5' })
    await ask('StartImageScan', { imageId: { imageTag: '1.4' } })
  }, 60_000)
  afterAll(() => moto?.stop())

  it('is read as it comes', async () => {
    const end = await scan('hub', '1.4')
    if (end.state !== 'done') expect.fail(JSON.stringify(end))
    expect(end.databaseAt).toBeInstanceOf(Date)
    expect(readScan('ecr', end.output)).toMatchObject({ state: 'read', findings: [{ severity: 'high' }] })
  })

  it.each([
    ['hub', '1.5', 'ECR has not scanned hub:1.5: turn scanning on for its repository'],
    ['hub', '9', 'ECR has no hub:9'],
    ['stranger', '1', 'ECR has no stranger:1'],
  ])('is unknown of %s:%s', async (repository, tag, reason) => {
    expect(await scan(repository, tag)).toMatchObject({ state: 'failed', reason })
  })
})
