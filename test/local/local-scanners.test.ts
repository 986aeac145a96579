import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { readScan } from '@hubkeeper/audit'
import { type ConfigInput, configSchema, type ScanEnd, type ScannerName } from '@hubkeeper/core'
import { localScanners } from '@hubkeeper/local'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isInstalled, onPath, printing } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'

type HubInput = ConfigInput['hubs'][string]

interface Scanned {
  readonly root: string
  readonly scratch: string
  run(scanner: ScannerName, maxBytes?: number): Promise<ScanEnd>
}

/** A hub with files, and its scanners. */
function scanned(
  audit: HubInput['audit'],
  files: Readonly<Record<string, string>> = { 'app/main.py': 'print(1)\n' },
  requirements: string[] = [],
): Scanned {
  const [root, scratch] = [temporaryDirectory(), temporaryDirectory()]
  for (const [key, text] of Object.entries(files)) {
    mkdirSync(join(root, key, '..'), { recursive: true })
    writeFileSync(join(root, key), text)
  }
  const { hub } = configSchema.parse({
    hubs: { hub: { database: { path: 'hub.db' }, audit, requirements } },
  }).hubs
  if (hub === undefined) throw new Error('there is no hub')
  return {
    root,
    scratch,
    run: (scanner, maxBytes) =>
      localScanners({ root, hub, scratch, ...(maxBytes === undefined ? {} : { maxBytes }) }).run(scanner),
  }
}

function done(end: ScanEnd): Extract<ScanEnd, { state: 'done' }> {
  if (end.state !== 'done') throw new Error(`${end.state}: ${end.reason}`)
  return end
}

function failed(end: ScanEnd): Extract<ScanEnd, { state: 'failed' }> {
  if (end.state !== 'failed') throw new Error(`it is ${end.state}`)
  return end
}

/** What a scanner is given: prints it as JSON. */
const tellsItself =
  'console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }))'

const told = (end: ScanEnd): { args: string[]; env: Record<string, string>; cwd: string } =>
  JSON.parse(done(end).output)

const source = { source: ['app'] }

const banditHere = isInstalled('bandit')

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(!banditHere)('the real bandit (Debian: apt-get install bandit)', () => {
  it('finds the flaw of a sample, and tells its version', async () => {
    const flawed = 'import subprocess\n\n\ndef run(command):\n    subprocess.call(command, shell=True)\n'
    const end = done(await scanned(source, { 'app/main.py': flawed }).run('bandit'))
    expect(readScan('bandit', end.output)).toMatchObject({
      state: 'read',
      findings: [
        { rule: 'B602', severity: 'high', location: { path: 'app/main.py', line: 5 } },
        { rule: 'B404', severity: 'low' },
      ],
      unread: [],
    })
    expect(end.version).toMatch(/^\d+\.\d+/)
    expect(end).toMatchObject({ builtAt: null, databaseAt: null })
  })

  it('finds none in a clean sample', async () => {
    const end = done(await scanned(source).run('bandit'))
    expect(readScan('bandit', end.output)).toMatchObject({ state: 'read', findings: [], unread: [] })
  })

  it('names a file that is no Python', async () => {
    const end = done(await scanned(source, { 'app/broken.py': 'def (:\n' }).run('bandit'))
    expect(readScan('bandit', end.output)).toMatchObject({
      findings: [],
      unread: [{ place: 'app/broken.py', words: expect.stringMatching(/^app\/broken\.py: /) }],
    })
  })
})

describe('what a scanner is given', () => {
  it('its arguments without a shell, in the hub’s directory', async () => {
    onPath({ bandit: tellsItself })
    const hub = scanned({ source: ['app', '-x; rm'] }, { 'app/a.py': '', '-x; rm/b.py': '' })
    const { args, cwd } = told(await hub.run('bandit'))
    expect(args).toEqual(['-q', '-f', 'json', '-r', './app', './-x; rm'])
    expect(cwd).toBe(hub.root)
  })

  it('nothing of our environment but where programs are, and a home of its own that is gone afterwards', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('HUB_TOKEN', 'secret')
    onPath({ bandit: tellsItself })
    const hub = scanned(source)
    const { env } = told(await hub.run('bandit'))
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LANG', 'PATH', 'PYTHONSAFEPATH', 'TMPDIR'])
    expect(env.HOME?.startsWith(join(hub.scratch, `run-${process.pid}-`))).toBe(true)
    expect(readdirSync(hub.scratch)).toEqual([])
  })

  it('the command of the configuration, where there is one', async () => {
    onPath({ wrapper: tellsItself })
    const hub = scanned({ ...source, scanners: { trivy: { command: ['wrapper', '--cache-dir', '/c'] } } })
    expect(told(await hub.run('trivy-fs')).args).toEqual([
      ...['--cache-dir', '/c', 'fs', '--format', 'json', '--no-progress'],
      ...['--scanners', 'vuln,misconfig,secret', '--', 'app'],
    ])
  })

  it('pip-audit what is installed, where there is a virtual environment', async () => {
    onPath({ 'pip-audit': tellsItself })
    const files = { '.venv/lib/python3.11/site-packages/x.py': '', 'requirements.txt': 'a==1\n' }
    const { args } = told(await scanned({}, files, ['requirements.txt']).run('pip-audit'))
    expect(args.slice(-2)).toEqual(['--path', './.venv/lib/python3.11/site-packages'])
  })

  it('pip-audit what is asked for otherwise, without resolving it: that would run strangers’ code', async () => {
    onPath({ 'pip-audit': tellsItself })
    const files = {
      'requirements.txt': 'a==1\n',
      'requirements-dev.txt': 'b==1\n',
      'package-lock.json': '{}',
    }
    const hub = scanned({}, files, ['requirements*.txt', 'package-lock.json'])
    const { args } = told(await hub.run('pip-audit'))
    expect(args.slice(-6)).toEqual([
      ...['--no-deps', '--disable-pip'],
      ...['--requirement', './requirements-dev.txt', '--requirement', './requirements.txt'],
    ])
  })

  it('trivy one directory after the other, as one scan', async () => {
    onPath({ trivy: "if (process.argv[2] === 'fs') console.log(JSON.stringify(process.argv.at(-1)))" })
    const hub = scanned({ source: ['app', 'lib'] }, { 'app/a.py': '', 'lib/b.py': '' })
    expect(JSON.parse(done(await hub.run('trivy-fs')).output)).toEqual(['app', 'lib'])
  })

  it('trivy the image, whatever its name begins with', async () => {
    onPath({ trivy: tellsItself })
    const { args } = told(await scanned({ image: { reference: '--output=/etc/passwd' } }).run('trivy-image'))
    expect(args.slice(-2)).toEqual(['--', '--output=/etc/passwd'])
  })
})

describe('what it says of itself', () => {
  it('trivy: its version, and when its database was updated', async () => {
    const version = readFileSync(join(import.meta.dirname, '../audit/recorded/trivy-version.json'), 'utf8')
    onPath({
      trivy: `process.stdout.write(process.argv[2] === 'version' ? ${JSON.stringify(version)} : '{}')`,
    })
    expect(done(await scanned(source).run('trivy-fs'))).toMatchObject({
      version: '0.66.0',
      databaseAt: new Date('2026-07-13T06:00:00.123Z'),
    })
  })

  it('pip-audit: its version; where a program tells none, the scan counts all the same', async () => {
    onPath({ 'pip-audit': printing('pip-audit 2.9.0\n'), bandit: printing('{"results":[]}', 1) })
    const hub = scanned(source, { 'app/a.py': '', 'requirements.txt': 'a==1\n' }, ['requirements.txt'])
    expect(done(await hub.run('pip-audit')).version).toBe('2.9.0')
    expect(done(await hub.run('bandit'))).toMatchObject({ version: null, output: '{"results":[]}' })
  })
})

describe('what goes wrong', () => {
  it('a program that is not there is missing, with how it is to be had', async () => {
    onPath({}, { alone: true })
    expect(await scanned(source).run('bandit')).toEqual({
      state: 'missing',
      reason: expect.stringMatching(/^there is no program bandit; install it/),
    })
  })

  it('so is one that may not be run', async () => {
    const hub = scanned({ ...source, scanners: { bandit: { command: ['/etc/passwd'] } } })
    expect(await hub.run('bandit')).toMatchObject({
      state: 'missing',
      reason: expect.stringContaining('may not be run'),
    })
  })

  it('so is a directory of its name', async () => {
    const bin = temporaryDirectory()
    mkdirSync(join(bin, 'bandit'))
    vi.stubEnv('PATH', bin)
    expect(await scanned(source).run('bandit')).toMatchObject({ state: 'missing' })
  })

  it('one that prints nothing has failed, with what it says: a code may mean findings, and trouble as well', async () => {
    onPath({ bandit: 'console.error("no network"); process.exitCode = 1' })
    expect(failed(await scanned(source).run('bandit'))).toMatchObject({
      reason: 'it printed nothing and ended with code 1',
      output: ['no network'],
    })
  })

  it('what it says beside its output is kept: it may explain that', async () => {
    onPath({ bandit: 'console.log("see below"); console.error("it has moved")' })
    expect(done(await scanned(source).run('bandit')).remarks).toEqual(['it has moved'])
  })

  it('an exit code that is not one of success is a failure, with the last lines', async () => {
    onPath({ trivy: 'console.log("{}"); console.error("FATAL \\u001b[31mno database\\n"); process.exit(1)' })
    expect(failed(await scanned(source).run('trivy-fs'))).toMatchObject({
      reason: 'it ended with code 1',
      output: ['FATAL no database'],
    })
  })

  it('a password in a line that it complains of is not repeated', async () => {
    onPath({
      bandit:
        'console.error("cannot read --index-url https://me:secret@index.example.org/x"); process.exit(2)',
    })
    expect(failed(await scanned(source).run('bandit')).output).toEqual([
      'cannot read --index-url https://…@index.example.org/x',
    ])
  })

  it('a directory that is not there is a failure: a scanner would find nothing in it', async () => {
    onPath({ bandit: printing('{"results":[]}') })
    expect(failed(await scanned({ source: ['gone'] }).run('bandit')).reason).toContain('there is no gone')
  })

  it('100 MB are refused at the limit of 32 MiB', async () => {
    const flood =
      'const mib = Buffer.alloc(1048576, 97); let n = 0; const on = () => { while (n++ < 100) if (!process.stdout.write(mib)) return process.stdout.once("drain", on) }; on()'
    onPath({ bandit: flood })
    expect(failed(await scanned(source).run('bandit')).reason).toBe(
      'it printed more than 32.0 MiB and was killed',
    )
  })

  it('a flood of messages beside the output is cut to its end', async () => {
    onPath({
      bandit: 'process.stderr.write("noise ".repeat(100_000) + "\\nthe last line\\n", () => process.exit(2))',
    })
    const { output } = failed(await scanned(source).run('bandit'))
    expect(output.at(-1)).toBe('the last line')
    expect(output.join('').length).toBeLessThan(10_000)
  })

  it('one that takes too long is killed with everything that it started', async () => {
    const started = join(temporaryDirectory(), 'pid')
    onPath({
      bandit: `const { spawn } = require('node:child_process')
        const child = spawn('sleep', ['600'], { stdio: 'inherit' })
        require('node:fs').writeFileSync(${JSON.stringify(started)}, String(child.pid))
        setInterval(() => {}, 1000)`,
    })
    const hub = scanned({ ...source, scanners: { bandit: { timeoutMinutes: 0.03 } } })
    expect(failed(await hub.run('bandit')).reason).toMatch(/^it did not end in .* and was killed$/)
    await expect.poll(() => isAlive(Number(readFileSync(started, 'utf8')))).toBe(false)
    expect(readdirSync(hub.scratch)).toEqual([])
  })

  it('one that ended leaves nothing behind either', async () => {
    const started = join(temporaryDirectory(), 'pid')
    onPath({
      bandit: `const { spawn } = require('node:child_process')
        const child = spawn('sleep', ['600'], { stdio: 'ignore' })
        require('node:fs').writeFileSync(${JSON.stringify(started)}, String(child.pid))
        child.unref()
        console.log('{"results":[]}')`,
    })
    done(await scanned(source).run('bandit'))
    await setTimeout(50)
    await expect.poll(() => isAlive(Number(readFileSync(started, 'utf8')))).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')(
    'nor does one that puts what it starts out of its group',
    async () => {
      const started = join(temporaryDirectory(), 'pid')
      onPath({
        bandit: `const { spawn } = require('node:child_process')
        const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true })
        require('node:fs').writeFileSync(${JSON.stringify(started)}, String(child.pid))
        child.unref()
        console.log('{"results":[]}')`,
      })
      expect(done(await scanned(source).run('bandit')).output).toBe('{"results":[]}\n')
      await expect.poll(() => isAlive(Number(readFileSync(started, 'utf8')))).toBe(false)
    },
  )

  it('one that a signal ended has failed', async () => {
    onPath({ bandit: 'process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000)' })
    expect(failed(await scanned(source).run('bandit')).reason).toBe('it was ended by SIGSEGV')
  })
})

/** Whether a process runs; one that has ended and waits for its parent does not. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/\) Z /.test(stat)
  } catch {
    return false
  }
}

it('a scratch directory that cannot be made is a failure', async () => {
  onPath({ bandit: printing('{"results":[]}') })
  const hub = scanned(source)
  rmSync(hub.scratch, { recursive: true })
  writeFileSync(hub.scratch, 'a file')
  expect(failed(await hub.run('bandit')).reason).toMatch(/^it cannot be run: /)
})

it('an argument that no program takes is a failure', async () => {
  const hub = scanned({ ...source, scanners: { bandit: { command: ['bandit', 'a\0b'] } } })
  expect(failed(await hub.run('bandit')).reason).toMatch(/^it cannot be run: /)
})

describe('what scanners pass over in silence', () => {
  it('is told: links to directories that lead out of what they are given', async () => {
    onPath({ bandit: printing('{"results":[]}') })
    const hub = scanned(source, { 'app/main.py': '', 'lib/other.py': '', 'app/deep/a.py': '' })
    symlinkSync(join(hub.root, 'lib'), join(hub.root, 'app/lib'))
    symlinkSync(join(hub.root, 'app/deep'), join(hub.root, 'app/again'))
    symlinkSync(join(hub.root, 'lib/other.py'), join(hub.root, 'app/other.py'))
    expect(done(await hub.run('bandit')).unread).toEqual([
      { place: 'app/lib', reason: expect.stringContaining('link to a directory') },
    ])
  })

  it.skipIf(process.getuid?.() !== 0)('and directories that are closed to this user', async () => {
    const hub = scanned({}, { 'app/main.py': '', 'app/closed/a.py': '' })
    chmodSync(hub.root, 0o755)
    chmodSync(join(hub.root, 'app/closed'), 0o700)
    const { stderr, stdout } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, 'workers/passed-over.ts'), hub.root],
      { uid: 65_534, gid: 65_534, encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([{ place: 'app/closed', reason: 'this user may not look into it' }])
  })
})

describe('nothing to look at', () => {
  it.each<[ScannerName, string]>([
    ['bandit', 'audit.source is not configured'],
    ['trivy-fs', 'audit.source is not configured'],
    ['trivy-image', 'audit.image is not configured'],
    ['ecr', 'audit.image.ecr is not configured'],
    ['pip-audit', 'there is no virtual environment, and requirements names no file of requirements'],
  ])('%s: %s', async (scanner, reason) => {
    expect(await scanned({}).run(scanner)).toEqual({ state: 'not-configured', reason })
  })

  it('ECR is not asked from here, which is not the same as nothing found', async () => {
    const image = { reference: 'hub:1', ecr: { repository: 'hub', tag: '1' } }
    expect((await scanned({ image }).run('ecr')).state).toBe('missing')
  })
})
