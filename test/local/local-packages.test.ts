import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Fence, HubkeeperError, type PackageUpdater } from '@hubkeeper/core'
import { localPackages } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { digestOf, hubOfPackages } from '../support/package-hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function write(root: string, key: string, body: string | Uint8Array): string {
  const path = join(root, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, body)
  return path
}

interface Settings {
  readonly root?: string
  readonly hub?: Parameters<typeof hubOfPackages>[0]
  readonly fence?: Fence
  readonly installTimeout?: number
}

function packagesIn(root: string, { fence = async () => {}, hub, ...rest }: Settings = {}): PackageUpdater {
  const scratch = join(root, 'state/scratch')
  return localPackages({
    root,
    hub: hubOfPackages(hub),
    own: [scratch],
    run: 'run1',
    scratch,
    fence,
    ...rest,
  })
}

const text = async (packages: PackageUpdater, key: string): Promise<string | null> => {
  const bytes = await packages.read(key, 1000)
  return bytes === null ? null : Buffer.from(bytes).toString()
}

/** A virtual environment as pip leaves one. */
function environment(root: string, key: string, versions: Readonly<Record<string, string>>): void {
  write(
    root,
    `${key}/pyvenv.cfg`,
    'home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n',
  )
  for (const [name, version] of Object.entries(versions)) {
    write(
      root,
      `${key}/lib/python3.11/site-packages/${name.replaceAll('-', '_')}-${version}.dist-info/METADATA`,
      `Metadata-Version: 2.1\r\nName: ${name}\r\nVersion: ${version}\r\nRequires-Dist: other\r\n\r\nVersion: 9.9\n`,
    )
  }
}

describe('files of requirements on this machine', () => {
  it('are those that the globs match, without environments and what is Hubkeeper’s own', async () => {
    const root = temporaryDirectory()
    for (const key of [
      'requirements.txt',
      'requirements-dev.txt',
      'deps/a/b.txt',
      'deps/node_modules/x/c.txt',
      'deps/venv/d.txt',
      'other.txt',
      'state/deps.txt',
    ]) {
      write(root, key, 'a==1.0')
    }
    write(root, 'deps/venv/pyvenv.cfg', '')
    const packages = packagesIn(root, {
      hub: {
        requirements: ['./requirements.txt', '*-dev.txt', 'deps/**/*.txt', 'state/*.txt', 'absent.txt'],
      },
    })
    const files = await packages.files()
    expect(files.map(({ key }) => key)).toEqual(['deps/a/b.txt', 'requirements-dev.txt', 'requirements.txt'])
    expect(files[0]?.bytes).toBe(6)
  })

  it('are read up to a bound', async () => {
    const root = temporaryDirectory()
    write(root, 'requirements.txt', 'a==1.0')
    const packages = packagesIn(root)
    expect(Buffer.from((await packages.read('requirements.txt', 3)) ?? []).toString()).toBe('a==')
    expect(await text(packages, 'requirements.txt')).toBe('a==1.0')
    expect(await text(packages, 'absent.txt')).toBe(null)
  })

  it('are followed through links that stay inside, and through no others', async () => {
    const root = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    write(root, 'deps/base.txt', 'a==1.0')
    write(elsewhere, 'secret.txt', 'token')
    symlinkSync('deps/base.txt', join(root, 'requirements.txt'))
    symlinkSync(join(elsewhere, 'secret.txt'), join(root, 'requirements-out.txt'))
    symlinkSync(elsewhere, join(root, 'out'))
    const packages = packagesIn(root)
    expect((await packages.files()).map(({ key }) => key)).toEqual([
      'deps/base.txt',
      'requirements-out.txt',
      'requirements.txt',
    ])
    expect(await text(packages, 'requirements.txt')).toBe('a==1.0')
    for (const key of ['requirements-out.txt', 'out/secret.txt', '../x.txt', '/etc/passwd']) {
      await expect(packages.read(key, 100), key).rejects.toMatchObject({ code: 'key-refused' })
    }
    await expect(packages.replace('requirements-out.txt', 'x', digestOf('token'))).rejects.toThrow(
      HubkeeperError,
    )
    expect(readFileSync(join(elsewhere, 'secret.txt'), 'utf8')).toBe('token')
  })

  it('that are pipes or folders are refused, and not waited for', async () => {
    const root = temporaryDirectory()
    execFileSync('mkfifo', [join(root, 'requirements.txt')])
    mkdirSync(join(root, 'requirements-x.txt'))
    const packages = packagesIn(root)
    await expect(packages.read('requirements.txt', 100)).rejects.toMatchObject({ code: 'not-available' })
    await expect(packages.read('requirements-x.txt', 100)).rejects.toMatchObject({ code: 'not-available' })
  })
})

describe('what is installed on this machine', () => {
  it('is what the usual environments have', async () => {
    const root = temporaryDirectory()
    environment(root, '.venv', { PySocks: '1.7.1', 'typing-extensions': '4.14.1' })
    environment(root, 'env', { PySocks: '1.7.0' })
    expect(await packagesIn(root).installed()).toEqual([
      {
        source: '.venv',
        writtenAt: null,
        python: '3.11.7',
        packages: [
          { ecosystem: 'PyPI', name: 'PySocks', version: '1.7.1' },
          { ecosystem: 'PyPI', name: 'typing-extensions', version: '4.14.1' },
        ],
        unreadable: [],
      },
      expect.objectContaining({
        source: 'env',
        packages: [{ ecosystem: 'PyPI', name: 'PySocks', version: '1.7.0' }],
      }),
    ])
  })

  it('is in the environment that is configured, wherever it lies', async () => {
    const root = temporaryDirectory()
    environment(root, '.venv', { a: '1' })
    environment(root, 'opt/python', { b: '2' })
    const audit = { python: { environment: 'opt/python/' } }
    const installed = await packagesIn(root, { hub: { audit } }).installed()
    expect(installed.map(({ packages }) => packages.map(({ name }) => name))).toEqual([['b']])
  })

  it('is nothing where there is no environment, and a reason where one is configured', async () => {
    const root = temporaryDirectory()
    expect(await packagesIn(root).installed()).toEqual([])
    const audit = { python: { environment: 'venv', inventory: 'inventory.json' } }
    expect(await packagesIn(root, { hub: { audit } }).installed()).toMatchObject([
      { source: 'venv', packages: [], unreadable: ['venv: there is no virtual environment'] },
      { source: 'inventory.json', packages: [], unreadable: ['inventory.json: there is no inventory'] },
    ])
  })

  it('is told by the inventory else, with its age', async () => {
    const root = temporaryDirectory()
    const inventory = { installed: [{ metadata: { name: 'a', version: '1.0' } }] }
    const path = write(root, 'published/inventory.json', JSON.stringify(inventory))
    utimesSync(path, new Date('2026-10-01T00:00:00Z'), new Date('2026-10-01T00:00:00Z'))
    const audit = { python: { inventory: 'published/inventory.json' } }
    expect(await packagesIn(root, { hub: { audit } }).installed()).toEqual([
      {
        source: 'published/inventory.json',
        writtenAt: new Date('2026-10-01T00:00:00Z'),
        python: null,
        packages: [{ ecosystem: 'PyPI', name: 'a', version: '1.0' }],
        unreadable: [],
      },
    ])
  })

  it('counts as far as it can be read, and says what cannot', async () => {
    const root = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    environment(root, '.venv', { a: '1.0' })
    const site = '.venv/lib/python3.11/site-packages'
    write(root, '.venv/pyvenv.cfg', 'include-system-site-packages = true\nversion_info = 3.12.1.final.0')
    mkdirSync(join(root, `${site}/b-1.dist-info`))
    write(root, `${site}/c-1.dist-info/METADATA`, 'Name: c\n\nVersion: 1')
    write(elsewhere, 'METADATA', 'Name: d\nVersion: 1')
    symlinkSync(elsewhere, join(root, `${site}/d-1.dist-info`))
    const [installed] = await packagesIn(root).installed()
    expect(installed).toMatchObject({ python: '3.12.1', packages: [{ name: 'a', version: '1.0' }] })
    expect(installed?.unreadable).toEqual([
      `${site}/b-1.dist-info/METADATA names no package with its version`,
      `${site}/c-1.dist-info/METADATA names no package with its version`,
      expect.stringContaining('a link leads out of the hub’s directory'),
      '.venv takes packages of the system as well, which are not read',
    ])
  })

  it('is not read from an environment that lies elsewhere', async () => {
    const root = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    environment(elsewhere, 'venv', { a: '1.0' })
    symlinkSync(join(elsewhere, 'venv'), join(root, 'venv'))
    const [installed] = await packagesIn(root).installed()
    expect(installed).toMatchObject({ source: 'venv', packages: [] })
    expect(installed?.unreadable).toEqual([
      expect.stringContaining('a link leads out of the hub’s directory'),
    ])
  })
})

describe('a file of requirements that is upgraded on this machine', () => {
  it('is replaced whole, and the old one is kept', async () => {
    const root = temporaryDirectory()
    const path = write(root, 'deps/requirements.txt', 'a==1.0\n')
    chmodSync(path, 0o640)
    const { ino } = statSync(path)
    let asked = 0
    const fence = async () => {
      asked += 1
    }
    const kept = await packagesIn(root, { fence }).replace(
      'deps/requirements.txt',
      'a==1.1\n',
      digestOf('a==1.0\n'),
    )
    expect(kept).toBe('state/replaced/run1/deps/requirements.txt')
    expect(readFileSync(join(root, kept), 'utf8')).toBe('a==1.0\n')
    expect(readFileSync(path, 'utf8')).toBe('a==1.1\n')
    const stats = statSync(path)
    expect(stats.mode & 0o777).toBe(0o640)
    expect(statSync(join(root, kept)).mode & 0o777).toBe(0o640)
    expect(stats.ino).not.toBe(ino)
    expect(asked).toBeGreaterThan(1)
    expect(readdirSync(join(root, 'deps'))).toEqual(['requirements.txt'])
    expect(readdirSync(join(root, 'state/scratch'))).toEqual([])
  })

  it('is another one by now: nothing is replaced', async () => {
    const root = temporaryDirectory()
    const path = write(root, 'requirements.txt', 'b==2.0\n')
    const packages = packagesIn(root)
    for (const key of ['requirements.txt', 'absent.txt']) {
      await expect(packages.replace(key, 'a==1.1\n', digestOf('a==1.0\n'))).rejects.toMatchObject({
        code: 'precondition-failed',
      })
    }
    expect(readFileSync(path, 'utf8')).toBe('b==2.0\n')
    expect(existsSync(join(root, 'state/replaced'))).toBe(false)
  })

  it('stays where the fence does not let it pass, at whichever moment', async () => {
    for (const passes of [0, 1, 2]) {
      const root = temporaryDirectory()
      const path = write(root, 'requirements.txt', 'a==1.0\n')
      let left = passes
      const fence = async () => {
        if (left-- === 0) throw new HubkeeperError('lease-lost', 'lost', { hint: 'none' })
      }
      await expect(
        packagesIn(root, { fence }).replace('requirements.txt', 'a==1.1\n', digestOf('a==1.0\n')),
      ).rejects.toMatchObject({ code: 'lease-lost' })
      expect(readFileSync(path, 'utf8')).toBe('a==1.0\n')
      expect(readdirSync(root).filter((name) => name !== 'state')).toEqual(['requirements.txt'])
    }
  })

  it('is none that is Hubkeeper’s own', async () => {
    const root = temporaryDirectory()
    for (const key of ['hubkeeper.json', 'state/x.txt', 'hub.db']) {
      write(root, key, 'a')
      await expect(packagesIn(root).replace(key, 'b', digestOf('a')), key).rejects.toMatchObject({
        code: 'key-refused',
      })
    }
  })
})

describe('the configured command that installs', () => {
  const node = process.execPath
  const installing = (
    install: readonly string[],
    settings: Omit<Settings, 'hub'> & { readonly root: string },
  ) => packagesIn(settings.root, { ...settings, hub: { audit: { install: [...install] } } }).install()

  it('runs nothing where none is configured', async () => {
    expect(await packagesIn(temporaryDirectory()).install()).toBe(null)
  })

  it('runs in the hub’s directory, without a shell and without our secrets', async () => {
    const root = temporaryDirectory()
    process.env.HUBKEEPER_TEST_SECRET = 'secret'
    try {
      const script =
        'console.log(process.cwd(), process.argv[1], process.env.HUBKEEPER_TEST_SECRET, !!process.env.PATH)'
      const end = await installing([node, '-e', script, '$HOME;*'], { root })
      expect(end).toMatchObject({ code: 0, output: [`${root} $HOME;* undefined true`] })
      expect(end?.seconds).toBeGreaterThan(0)
    } finally {
      delete process.env.HUBKEEPER_TEST_SECRET
    }
  })

  it('says how it failed, with the last lines', async () => {
    const root = temporaryDirectory()
    const script =
      'for (let i = 0; i < 1000; i++) console.log("line", i); console.error("\\x1b[31mno\\x1b[0m"); process.exitCode = 3'
    const end = await installing([node, '-e', script], { root })
    expect(end?.code).toBe(3)
    expect(end?.output).toHaveLength(20)
    expect(end?.output.slice(-2)).toEqual(['line 999', 'no'])
  })

  it('may print whatever it likes: it is not ended half way', async () => {
    const root = temporaryDirectory()
    const script =
      'for (let i = 0; i < 70; i++) fs.writeSync(1, "x".repeat(1048575) + "\\n"); fs.writeFileSync("done", ""); console.log("installed")'
    const end = await installing([node, '-e', script], { root })
    expect(end?.code).toBe(0)
    expect(end?.output.at(-1)).toBe('installed')
    expect(existsSync(join(root, 'done'))).toBe(true)
  })

  it('is none with arguments that no program takes', async () => {
    const end = await installing([node, 'a\0b'], { root: temporaryDirectory() })
    expect(end).toMatchObject({ code: 127, output: [expect.stringContaining('it cannot be run')] })
  })

  it('is ended after its time, and is none that cannot be run', async () => {
    const root = temporaryDirectory()
    const end = await installing([node, '-e', 'setInterval(() => {}, 1000)'], { root, installTimeout: 200 })
    expect(end).toMatchObject({ code: null, output: [expect.stringContaining('was killed')] })
    expect(await installing(['./no-such-program'], { root })).toMatchObject({
      code: 127,
      output: ['there is no program ./no-such-program'],
    })
  })
})
