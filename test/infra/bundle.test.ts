import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { functionConfigSchema, parseConfig } from '@hubkeeper/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { type Assets, bundleAll } from '../../infra/bundle/assets.ts'
import { directoryForFile, fullHub } from './support.ts'

const directory = directoryForFile()
const config = parseConfig(JSON.stringify({ hubs: { demo: fullHub } }), 'test')
const root = join(import.meta.dirname, '../..')
let assets: Assets

beforeAll(async () => {
  assets = await bundleAll(config, tasks, join(directory, 'first'))
}, 120_000)

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const hashOf = (folder: string): string => {
  const hash = createHash('sha256')
  for (const file of filesIn(folder)) hash.update(relative(folder, file)).update(readFileSync(file))
  return hash.digest('hex')
}

/** The packages of a layer, as Lambda lays them below /opt. */
const packagesIn = (layer: string): string => join(layer, 'nodejs/node_modules')

/** Runs JavaScript where the layers are found as on Lambda; the runtime’s own SDK is found behind them. */
const run = (code: string, layers = Object.values(assets.layers)): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ['--no-warnings', '-e', code], {
      cwd: directory,
      encoding: 'utf8',
      env: { NODE_PATH: [...layers.map(packagesIn), join(root, 'node_modules')].join(':') },
    }),
  )

describe('what is uploaded', () => {
  it('a layer holds its packages where Node looks for them', () => {
    const inside = (layer: string): string[] =>
      filesIn(packagesIn(layer)).map((file) => relative(packagesIn(layer), file))
    expect(inside(assets.layers.core)).toEqual(
      ['@hubkeeper/core', 'croner', 'ulid', 'zod'].flatMap((name) => [
        `${name}/index.js`,
        `${name}/package.json`,
      ]),
    )
    expect(inside(assets.layers.sqlite)).toEqual(
      ['index.js', 'package.json', 'program.js', 'sql-wasm.wasm'].map((file) => `@hubkeeper/sqlite/${file}`),
    )
    expect(inside(assets.layers.aws)).toEqual(
      ['index.js', 'package.json'].map((file) => `@hubkeeper/aws/${file}`),
    )
  })

  it('the AWS SDK is in none of it', () => {
    const files = filesIn(join(directory, 'first'))
    expect(files.filter((file) => /node_modules\/@(aws-sdk|smithy)\//.test(file))).toEqual([])
    const scripts = files.filter((file) => file.endsWith('.js'))
    // esbuild heads every module with its path.
    expect(
      scripts.filter((file) => /^\/\/ .*node_modules\/@(aws-sdk|smithy)\//m.test(readFileSync(file, 'utf8'))),
    ).toEqual([])
  })

  it('two builds are equal, so that an unchanged function is not deployed anew', async () => {
    const again = await bundleAll(config, tasks, join(directory, 'second'))
    for (const name of ['core', 'sqlite', 'aws'] as const) {
      expect(hashOf(again.layers[name]), name).toBe(hashOf(assets.layers[name]))
    }
    for (const [name, folder] of again.functions) {
      expect(hashOf(folder), name).toBe(hashOf(assets.functions.get(name) ?? ''))
    }
  }, 120_000)

  it('a function is told only what its access needs', () => {
    for (const { access, name } of tasks) {
      const text = readFileSync(join(assets.functions.get(name) ?? '', 'config.json'), 'utf8')
      const { hubs, tasks: expected } = functionConfigSchema.parse(JSON.parse(text))
      expect(hubs.demo?.api !== undefined, name).toBe(access.api !== undefined)
      expect(expected.length > 0, name).toBe(access.ledger !== undefined)
    }
  })
})

describe('what is uploaded runs', () => {
  it.each(tasks.map(({ name }) => name))('%s: its handler loads from layers', (name) => {
    const entry = join(assets.functions.get(name) ?? '', 'index.js')
    expect(run(`console.log(JSON.stringify(typeof require(${JSON.stringify(entry)}).handler))`)).toBe(
      'function',
    )
  })

  it('the engine’s program needs nothing around it', () => {
    const program = join(packagesIn(assets.layers.sqlite), '@hubkeeper/sqlite/program.js')
    const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', program], {
      cwd: directory,
      encoding: 'utf8',
      env: {},
      input: '',
    })
    expect({ status, stderr }).toEqual({ status: 71, stderr: '' })
  })

  it('the engine cross-checks a database from its layer', () => {
    const code = `
      const { DatabaseSync } = require('node:sqlite')
      const path = process.cwd() + '/bundled.db'
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text); INSERT INTO notes (text) VALUES (1)')
      database.close()
      const { createEngine } = require('@hubkeeper/sqlite')
      const engine = createEngine({ timeLimit: 60000, memoryLimit: 512 * 1024 ** 2, lockTimeout: 300 })
      engine.crossCheck(path).then(
        (outcome) => console.log(JSON.stringify(outcome.state)),
        (error) => console.log(JSON.stringify(error.message)),
      )`
    expect(run(code)).toBe('done')
  })
})
