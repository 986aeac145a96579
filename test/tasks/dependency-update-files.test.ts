import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dependencyUpdate } from '../../functions/dependency-update/task.ts'
import { hubkeeper } from '../support/cli.ts'
import { projectOf } from '../support/package-index-server.ts'
import { runHere } from '../support/run-here.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type AuditedHub, type AuditInput, servedHub } from './support/audited-hub.ts'

const applied: AuditInput = {
  updates: 'apply',
  install: [process.execPath, '-e', 'fs.writeFileSync("installed", "")'],
}

/** Everything below a hub's directory, with what tells whether it was written to. */
function everythingIn({ directory }: AuditedHub): string[] {
  const places = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  return places.map((place) => {
    const stats = statSync(join(directory, place), { bigint: true })
    return `${place} ${stats.ino} ${stats.mtimeNs} ${stats.size}`
  })
}

const isInstalled = ({ directory }: AuditedHub): boolean => readdirSync(directory).includes('installed')

describe('one package in several files', () => {
  const hash = `sha256:${'a'.repeat(64)}`

  it('is upgraded in all of them', async () => {
    const { hub } = await servedHub({
      audit: applied,
      files: {
        'requirements.txt':
          '-c deps/pins.txt\n-r requirements-dev.txt\nlamp==1.3.0 ; python_version >= "3.8"\n',
        'requirements-dev.txt': 'lamp[oil]==1.3 ; python_version < "3.4"\nLamp ==1.3.0\n',
        'deps/pins.txt': 'LAMP===1.3.0\n',
      },
    })
    await hub.audit()
    expect(hub.text('requirements.txt')).toContain('lamp==1.3.2 ;')
    expect(hub.text('requirements-dev.txt')).toBe('lamp[oil]==1.3 ; python_version < "3.4"\nLamp ==1.3.2\n')
    expect(hub.text('deps/pins.txt')).toBe('LAMP===1.3.2\n')
    expect(isInstalled(hub)).toBe(true)
  })

  it('is upgraded in none where one of them cannot be written: pip would refuse them together', async () => {
    const files = {
      'requirements.txt': 'lamp==1.3.0\nMirror==2.1.0\n',
      'requirements-locked.txt': `lamp==1.3.0 --hash=${hash}\n`,
    }
    const { hub } = await servedHub({ audit: applied, files })
    const { finding } = await hub.audit()
    expect(hub.text('requirements.txt')).toBe('lamp==1.3.0\nMirror==3.0.0\n')
    expect(hub.text('requirements-locked.txt')).toBe(files['requirements-locked.txt'])
    expect(finding('dependencies.applied', 'requirements.txt').evidence).toContainEqual(
      expect.stringMatching(
        /^not written: lamp 1\.3\.0 → 1\.3\.2 .*: it cannot be written at requirements-locked\.txt:1, and both have to agree$/,
      ),
    )
  })
})

describe('a file that cannot be written', () => {
  it('is one in another encoding, whose places are not those of its text in UTF-8', async () => {
    const text = '# coding: latin-1\n# Lámpara\nlamp==1.3.0\n'
    const { hub } = await servedHub({ audit: applied, files: { 'requirements.txt': text } })
    const { finding } = await hub.audit()
    expect(hub.text('requirements.txt')).toBe(text)
    expect(finding('dependencies.applied', 'requirements.txt').evidence).toEqual([
      expect.stringMatching(/: the file is not in UTF-8$/),
    ])
  })

  it('is one behind a link; others are written, and nothing is installed from files that disagree', async () => {
    const { hub } = await servedHub({
      audit: applied,
      files: { 'requirements.txt': 'lamp==1.3.0\n', 'deps/linked.txt': 'Mirror==2.1.0\n' },
    })
    symlinkSync('deps/linked.txt', join(hub.directory, 'requirements-linked.txt'))
    const { finding } = await hub.audit()
    expect(hub.text('deps/linked.txt')).toBe('Mirror==2.1.0\n')
    expect(hub.text('requirements.txt')).toBe('lamp==1.3.2\n')
    expect(finding('dependencies.applied', 'requirements-linked.txt').status).toBe('warning')
    expect(finding('dependencies.applied', 'install')).toMatchObject({
      status: 'warning',
      actual: 'nothing was installed: not every file could be written',
    })
    expect(isInstalled(hub)).toBe(false)
  })

  it('is told, and what else was found, when the old one cannot be kept', async () => {
    const { hub } = await servedHub({ audit: applied })
    const before = hub.text('requirements.txt')
    mkdirSync(join(hub.directory, 'state'), { recursive: true })
    symlinkSync('nowhere', join(hub.directory, 'state/replaced'))
    await expect(runHere(hub.directory, dependencyUpdate)).rejects.toMatchObject({
      code: 'io',
      report: {
        findings: expect.arrayContaining([
          expect.objectContaining({ check: 'dependencies.vulnerable', subject: 'lamp', status: 'critical' }),
          expect.objectContaining({
            check: 'dependencies.applied',
            subject: 'requirements.txt',
            status: 'warning',
          }),
        ]),
      },
    })
    expect(hub.text('requirements.txt')).toBe(before)
    expect(hub.alerts().map(({ audience, severity }) => `${audience} ${severity}`)).toEqual([
      'on-call failed',
      'security critical',
      'team warning',
    ])
  })
})

it('what was written is reported though it cannot be remembered', async () => {
  const { hub } = await servedHub({ audit: { updates: 'apply' } })
  mkdirSync(join(hub.directory, 'state'), { recursive: true })
  symlinkSync(temporaryDirectory(), join(hub.directory, 'state/memory'))
  await expect(runHere(hub.directory, dependencyUpdate)).rejects.toMatchObject({
    code: 'key-refused',
    report: {
      findings: expect.arrayContaining([
        expect.objectContaining({ check: 'dependencies.applied', subject: 'requirements.txt', status: 'ok' }),
      ]),
    },
  })
  expect(hub.text('requirements.txt')).toContain('lamp[oil]==1.3.2')
})

describe('what was written and not installed', () => {
  const failing = {
    ...applied,
    install: [process.execPath, '-e', 'process.exit(fs.existsSync("room") ? 0 : 3)'],
  }

  it('is installed by the next run, or the one after it, and then no more', async () => {
    const { hub, index, osv } = await servedHub()
    hub.auditBy({ ...failing, advisories: { url: osv.url }, releases: { pypi: index.url, npm: null } })
    const outcomes: string[] = []
    for (const room of [false, false, true, true]) {
      if (room) hub.write('room', '')
      const { report } = await hub.audit()
      const told = report.findings.find(({ subject }) => subject === 'install')
      outcomes.push(told?.status ?? 'not tried')
    }
    expect(outcomes).toEqual(['critical', 'critical', 'ok', 'not tried'])
  })

  it('is nothing where no file could be written', async () => {
    const { hub } = await servedHub({ audit: applied, files: { 'deps/x.txt': 'lamp==1.3.0\n' } })
    rmSync(join(hub.directory, 'requirements.txt'))
    symlinkSync('deps/x.txt', join(hub.directory, 'requirements.txt'))
    await hub.audit()
    rmSync(join(hub.directory, 'requirements.txt'))
    const { report } = await hub.audit()
    expect(report.findings.filter(({ subject }) => subject === 'install')).toEqual([])
    expect(isInstalled(hub)).toBe(false)
  })
})

it('a file with a second name and rights of its own keeps its rights; the other name keeps the old one', async () => {
  const { hub } = await servedHub({ audit: applied, files: { 'requirements.txt': 'lamp==1.3.0\n' } })
  const path = join(hub.directory, 'requirements.txt')
  chmodSync(path, 0o440)
  linkSync(path, join(hub.directory, 'old.txt'))
  await hub.audit()
  expect(readFileSync(path, 'utf8')).toBe('lamp==1.3.2\n')
  expect(statSync(path).mode & 0o777).toBe(0o440)
  expect(hub.text('old.txt')).toBe('lamp==1.3.0\n')
})

describe('nothing at all is written', () => {
  it('in a dry run', async () => {
    const { hub, index } = await servedHub({ audit: applied })
    const before = everythingIn(hub)
    const { out } = await hubkeeper(hub.directory, ['run', 'dependency-update', '--dry-run'])
    expect(out).toContain('2 upgrades proposed, not written: dry run')
    expect(index.asked).toHaveLength(3)
    expect(everythingIn(hub)).toEqual(before)
  })

  it('into the requirements while the hub is frozen', async () => {
    const { hub, index } = await servedHub({ audit: applied })
    const before = hub.text('requirements.txt')
    await hubkeeper(hub.directory, ['freeze', '--reason', 'a migration'])
    await expect(runHere(hub.directory, dependencyUpdate)).rejects.toMatchObject({ code: 'frozen' })
    expect(hub.text('requirements.txt')).toBe(before)
    expect(index.asked).toEqual([])
  })
})

it('an index that tells of another package, or of versions that are none, changes nothing', async () => {
  const { hub } = await servedHub({
    audit: applied,
    files: { 'requirements.txt': 'lamp==1.3.0\nlens==1.0.0\n' },
    released: {
      lamp: { ...projectOf('1.3.0', '1.3.9'), info: { name: 'lamp-evil' } },
      lens: projectOf(
        '1.0.0',
        '1.0.1\n--index-url https://example.org',
        '1.0.1; rm -rf /',
        '1.0.2 ',
        '\u001b1.0.3',
      ),
    },
  })
  const { finding } = await hub.audit()
  expect(hub.text('requirements.txt')).toBe('lamp==1.3.0\nlens==1.0.0\n')
  expect(finding('dependencies.outdated', 'unanswered').evidence).toEqual([
    'what it sent is not what its documentation says: lamp',
  ])
})

it('its documents are named by the last report, by that of the task and by that of the run', async () => {
  const { hub } = await servedHub()
  const { report } = await hub.audit()
  for (const id of [[], ['dependency-update'], [report.run]]) {
    const { code, out } = await hubkeeper(hub.directory, ['report', ...id])
    expect(code).toBe(0)
    for (const { key } of report.artifacts) expect(out).toContain(`beside it: ${key}\n`)
  }
  expect(report.artifacts).toHaveLength(3)
})
