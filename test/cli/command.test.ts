import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig, runSchema } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const isRoot = process.getuid?.() === 0

describe('exit codes', () => {
  it('0 when all is well, or with warnings', async () => {
    const hub = sampleHub()
    expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
  })

  it('2 for a command line that cannot be understood', async () => {
    const hub = sampleHub()
    for (const args of [
      ['nothing'],
      ['run', 'nothing'],
      ['run', '--nothing'],
      ['run', 'backup', '--at', 'noon'],
      ['run', 'daily', '--due', '--scheduled', '2026-11-24T04:30:00Z'],
      ['run', 'health-check', '--force'],
    ]) {
      const { code, err } = await hubkeeper(hub.directory, args)
      expect(code, args.join(' ')).toBe(2)
      expect(err).not.toMatch(/^\s+at /m)
    }
    expect(readdirSync(hub.directory)).not.toContain('reports')
  })

  it('2 without a configuration, or with one that cannot be used, and what to do', async () => {
    const directory = temporaryDirectory()
    const without = await hubkeeper(directory, ['run'])
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('hubkeeper init') })
    writeFileSync(
      join(directory, 'hubkeeper.json'),
      '{"hubs": {"a": {"database": {"path": "/etc/x"}, "colour": 1}}}',
    )
    const wrong = await hubkeeper(directory, ['run'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('hubs.a: unknown key "colour"') })
    expect(wrong.err).toContain('hubs.a.database.path: must lie inside')
    expect(wrong.err).not.toMatch(/^\s+at /m)
  })
})

describe('--json', () => {
  it('prints one document that meets the schema, and nothing else', async () => {
    const hub = sampleHub()
    const { out, err } = await hubkeeper(hub.directory, ['run', '--json'])
    const daily = tasks.filter(({ schedule }) => schedule.cadence === 'daily').map(({ name }) => name)
    expect(runSchema.parse(JSON.parse(out)).reports.map(({ task }) => task)).toEqual([
      ...daily,
      'run-maintenance',
    ])
    expect(err).toBe('')
  })

  it('prints errors as a document, too', async () => {
    const { code, out } = await hubkeeper(temporaryDirectory(), ['status', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'configuration', hint: expect.any(String) } })
  })

  it('is there for every command that shows something', async () => {
    const hub = sampleHub()
    await hubkeeper(hub.directory, ['backup'])
    for (const args of [['tasks'], ['status'], ['report'], ['backups'], ['backups', 'list'], ['doctor']]) {
      const { out } = await hubkeeper(hub.directory, [...args, '--json'])
      expect(JSON.parse(out), args.join(' ')).toMatchObject({ schema: 1 })
    }
  })
})

describe('arguments of a task', () => {
  it('are set by name, and shown by tasks NAME', async () => {
    const hub = sampleHub()
    const shown = await hubkeeper(hub.directory, ['tasks', 'disaster-recovery-test'])
    expect(shown.out).toContain('--set samples=…')
    await hubkeeper(hub.directory, ['run', 'backup'])
    const { out } = await hubkeeper(hub.directory, ['run', 'backup', '--set', 'force=true', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      reports: [{ artifacts: [{ kind: 'backup' }] }],
    })
  })

  it('that it does not take, or a cadence, run nothing', async () => {
    const hub = sampleHub()
    const refused = (args: string[]) => hubkeeper(hub.directory, ['run', ...args])
    expect(await refused(['backup', '--set', 'forced=true'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('what to do: see what it takes: hubkeeper tasks backup'),
    })
    expect(await refused(['daily', '--set', 'force=true'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--set goes with one task'),
    })
    expect(await refused(['backup', '--set', 'force'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('write it as name=value'),
    })
    expect(await hubkeeper(hub.directory, ['tasks', 'nothing'])).toMatchObject({ code: 2 })
  })
})

describe('stack traces', () => {
  it('appear with --debug only', async () => {
    const directory = temporaryDirectory()
    expect((await hubkeeper(directory, ['run'])).err).not.toContain('    at ')
    expect((await hubkeeper(directory, ['run', '--debug'])).err).toContain('    at ')
  })
})

describe('a user that has a number and no name, as in containers', () => {
  it.skipIf(!isRoot)('can run every command (needs root, to become one)', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    const { code, out } = await hubkeeper(directory, ['freeze', '--help'], { uid: 54_321 })
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('user 54321') })
  })
})

describe('a Node that is too old', () => {
  it('is told so in one line', () => {
    const code = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); require(${JSON.stringify(join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs'))})`
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/needs Node 24\.15 or newer; this is 20\.1\.0/),
    ])
  })
})

describe('report', () => {
  it('shows the last one, of anything or of a task, in the terminal or as Markdown', async () => {
    const hub = sampleHub()
    expect(await hubkeeper(hub.directory, ['report'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('no report yet'),
    })
    await hubkeeper(hub.directory, ['backup'])
    const { report } = await runTask(hub.directory, ['run', 'health-check'])
    expect((await hubkeeper(hub.directory, ['report'])).out).toContain('health-check')
    expect((await hubkeeper(hub.directory, ['report', 'backup'])).out).toContain('backup.certified')
    const markdown = await hubkeeper(hub.directory, ['report', report.run, '--markdown'])
    expect(markdown.out).toContain('| status | check | subject | expected | actual |')
  })
})

describe('status', () => {
  it('begins with the age of the newest proven backup', async () => {
    const hub = sampleHub()
    expect((await hubkeeper(hub.directory, ['status'])).out).toContain('no proven backup')
    await hubkeeper(hub.directory, ['backup'])
    const [first] = (await hubkeeper(hub.directory, ['status'])).out.split('\n')
    expect(first).toMatch(/^hub: newest proven backup .* old \(\d{8}T\d{6}Z-\w{6}, cross-checked\)$/)
  })
})

describe('init', () => {
  it('finds what a hub is made of, and writes paths relative to it', async () => {
    const hub = sampleHub()
    const { code, out } = await hubkeeper(hub.directory, ['init', '.', '--yes', '--force'])
    expect(code).toBe(0)
    expect(out).toContain('database: knowledge/hub.db')
    const config = parseConfig(readFileSync(join(hub.directory, 'hubkeeper.json'), 'utf8'), 'f')
    expect(config.hubs.hub).toMatchObject({
      database: { path: 'knowledge/hub.db', authority: 'server' },
      logs: { files: ['logs/*.log'] },
      searchIndex: { files: ['knowledge/search_index/*.json'] },
      requirements: ['requirements.txt'],
      api: {
        endpoints: [
          { path: '/health', kind: 'health' },
          { path: '/api/v1/search?q=test' },
          { path: '/api/v1/commands' },
        ],
      },
    })
  })

  it('does not overwrite, asks nobody off a terminal, and prints on request', async () => {
    const hub = sampleHub()
    expect(await hubkeeper(hub.directory, ['init', '.', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists already'),
    })
    expect(await hubkeeper(hub.directory, ['init', '.'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    })
    const before = readFileSync(join(hub.directory, 'hubkeeper.json'), 'utf8')
    const { out } = await hubkeeper(hub.directory, [
      'init',
      '.',
      '--print',
      '--authority',
      'offline',
      '--hub',
      'other',
    ])
    expect(JSON.parse(out).hubs.other.database.authority).toBe('offline')
    expect(readFileSync(join(hub.directory, 'hubkeeper.json'), 'utf8')).toBe(before)
  })

  it('recognises databases by their content, tells of others, and takes strange names', async () => {
    const hub = sampleHub()
    const directory = join(temporaryDirectory(), 'My Hub 🗼!')
    mkdirSync(join(directory, 'a b'), { recursive: true })
    const bytes = readFileSync(hub.database)
    writeFileSync(join(directory, 'a b', 'data\n🗼.dat'), bytes)
    writeFileSync(join(directory, 'small.bin'), bytes.subarray(0, 8192))
    writeFileSync(join(directory, 'text.db'), 'not a database '.repeat(100))
    symlinkSync(directory, join(directory, 'loop'))
    const { code, out } = await hubkeeper(directory, ['init', '.', '--yes', '--json'])
    expect(code).toBe(0)
    const { config, remarks } = JSON.parse(out)
    expect(config.hubs['my-hub'].database.path).toBe('a b/data\n🗼.dat')
    expect(remarks.join('\n')).toContain('not kept: small.bin')
    expect(remarks.join('\n')).not.toContain('text.db')
  })

  it('without a database, or a directory, says what it looked for', async () => {
    const directory = temporaryDirectory()
    expect(await hubkeeper(directory, ['init', '.', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no SQLite file'),
    })
    expect(await hubkeeper(directory, ['init', 'nowhere', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('not there'),
    })
  })
})

describe('doctor', () => {
  it('tells what is fine, and how to mend what is not', async () => {
    const hub = sampleHub()
    hub.configure({
      logs: { files: ['nowhere/*.log'] },
      api: { baseUrl: 'http://127.0.0.1:1', endpoints: [{ path: '/health' }] },
    })
    const { code, out } = await hubkeeper(hub.directory, ['doctor'])
    expect(code).toBe(0)
    expect(out).toContain('backups share a file system with the database')
    expect(out).toContain('to mend it: set backups.directory')
    expect(out).toContain('no file matches nowhere/*.log')
    expect(out).toContain('nothing listens at 127.0.0.1:1')
  })

  it('exits with 1 when something must be mended', async () => {
    const hub = sampleHub()
    hub.configure({ database: { path: 'nowhere.db' } })
    const { code, out } = await hubkeeper(hub.directory, ['doctor'])
    expect(code).toBe(1)
    expect(out).toContain('there is no')
    expect(out).toContain('nobody keeps knowledge/hub.db')
  })

  it.skipIf(!isRoot)(
    'notices a directory that may not be written, and another owner (needs root)',
    async () => {
      const hub = sampleHub()
      for (const path of [join(hub.directory, '..'), hub.directory]) chmodSync(path, 0o755)
      const { code, out } = await hubkeeper(hub.directory, ['doctor', '--json'], { uid: 65_534 })
      const { checks } = JSON.parse(out).hubs[0]
      const statusOf = (name: string) => checks.find((one: { name: string }) => one.name === name)?.status
      expect([code, statusOf('state'), statusOf('owner')]).toEqual([1, 'critical', 'warning'])
    },
  )
})

describe.skipIf(!isRoot)('a directory that may not be written (needs root, to become another user)', () => {
  it('fails the run with what to do, and no stack trace', async () => {
    const hub = sampleHub()
    for (const path of [join(hub.directory, '..'), hub.directory]) chmodSync(path, 0o755)
    const { code, err, out } = await hubkeeper(hub.directory, ['backup'], { uid: 65_534 })
    expect(code).toBe(3)
    expect(out + err).toContain('what to do')
    expect(out + err).not.toMatch(/^\s+at /m)
  })
})

describe.skipIf(realHub === null)(`init on a real hub (skipped when ${withoutRealHub})`, () => {
  it('finds database, logs, search index, endpoints and requirements', async () => {
    const directory = copyOfRealHub()
    await hubkeeper(directory, ['init', '.', '--yes'])
    const config = parseConfig(readFileSync(join(directory, 'hubkeeper.json'), 'utf8'), 'f')
    expect(config.hubs.hub).toMatchObject({
      database: { path: 'ai_knowledge_hub/knowledge_hub.db' },
      logs: { files: ['logs/*.json', 'logs/*.log'] },
      searchIndex: { files: ['ai_knowledge_hub/search_index/*.json'] },
      requirements: ['requirements-dev.txt', 'requirements-monitoring.txt', 'requirements.txt'],
    })
    expect(config.hubs.hub?.api?.endpoints.map(({ path }) => path)).toEqual([
      '/health',
      '/api/v1/search?q=test',
      '/api/v1/commands',
      '/api/v1/videos',
      '/api/v1/pdfs',
      '/api/v1/code-examples',
    ])
  })
})
