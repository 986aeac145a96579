import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigInput, parseConfig } from '@hubkeeper/core'
import { Validations } from 'aws-cdk-lib'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { HubkeeperApp } from '../../infra/hubkeeper-app.ts'
import { directoryForFile, fullHub, stubAssets, synthesize } from './support.ts'

const directory = directoryForFile()
const root = join(import.meta.dirname, '../..')
const plain: ConfigInput = { hubs: { demo: fullHub } }
const variants: Readonly<Record<string, ConfigInput>> = {
  plain,
  'locked beyond recall': { ...plain, aws: { objectLock: { mode: 'compliance', days: 3650 } } },
  everything: {
    aws: {
      name: 'keeper',
      region: 'eu-central-1',
      kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555',
      objectLock: { mode: 'governance', days: 30 },
      onCall: { emails: ['on-call@example.com'], https: ['https://events.example.com/x'] },
    },
    hubs: {
      a: fullHub,
      b: { database: { path: 'b.db' }, logs: { files: ['*.log'], logGroup: '/hub/b' } },
    },
  },
}

const linter = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' })

describe('rules', () => {
  it('of AWS Solutions and Serverless hold: synthesis fails on a finding', () => {
    const config = parseConfig(JSON.stringify(plain), 'test')
    const outdir = join(directory, 'careless')
    const app = new HubkeeperApp({ config, tasks, assets: stubAssets(directory), outdir })
    new Topic(app.maintenance, 'Careless')
    expect(() => app.synth()).toThrow(/require publishers to use SSL/)
    expect(readFileSync(join(outdir, 'validation-report.json'), 'utf8')).toContain('AwsSolutions-SNS3')
  })

  it.each(['**', '*.json', 's*/x', 'state/y'])(
    'refuse files kept by %s: a role would reach other records',
    (glob) => {
      const hubs = { demo: { ...fullHub, backups: { files: [glob] } } }
      const config = parseConfig(JSON.stringify({ hubs }), 'test')
      const make = () => new HubkeeperApp({ config, tasks, assets: stubAssets(directory), outdir: directory })
      expect(make).toThrow(/could read, and a restore write/)
    },
  )

  it('are excused with a reason, each finding for itself', () => {
    const config = parseConfig(JSON.stringify(variants.everything), 'test')
    const app = new HubkeeperApp({
      config,
      tasks,
      assets: stubAssets(directory),
      outdir: join(directory, 'r'),
    })
    const excused = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data))
    expect(excused.length).toBeGreaterThan(0)
    for (const [id, reason] of excused) {
      expect(id).not.toMatch(/IAM5$/)
      expect(JSON.stringify(reason).length, id).toBeGreaterThan(20)
    }
  })

  it.skipIf(linter.status !== 0).each(Object.entries(variants))(
    'cfn-lint has nothing to say: %s (pip install cfn-lint)',
    (_name, input) => {
      const { outdir } = synthesize(directory, input)
      const { stderr, stdout } = spawnSync(
        'cfn-lint',
        // W3005: a dependency that is also implied is no fault.
        ['--ignore-checks', 'W3005', '--', join(outdir, '*.template.json')],
        { encoding: 'utf8' },
      )
      expect(stdout + stderr).toBe('')
    },
    180_000,
  )
})

describe('npm run synth', () => {
  const output = join(directory, 'synth')
  const synth = (environment: Record<string, string>) =>
    spawnSync(join(root, 'node_modules/.bin/cdk'), ['synth', '--quiet', '--output', output], {
      cwd: root,
      encoding: 'utf8',
      env: {
        PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(':'),
        HOME: directory,
        ...environment,
      },
    })

  it('works without a configuration and without a network, and says loudly what it did', () => {
    const { status, stderr } = synth({ https_proxy: 'http://127.0.0.1:9' })
    expect(stderr).toContain('EXAMPLE deployment')
    expect(stderr).toContain('npx hubkeeper init')
    expect(status).toBe(0)
    for (const stack of ['storage', 'maintenance']) {
      expect(existsSync(join(output, `hubkeeper-example-${stack}.template.json`))).toBe(true)
    }
  }, 180_000)

  it('names the file that is not there', () => {
    const { status, stderr } = synth({ HUBKEEPER_CONFIG: '/nowhere/hubkeeper.json' })
    expect(status).not.toBe(0)
    expect(stderr).toContain('/nowhere/hubkeeper.json')
  }, 180_000)
})
