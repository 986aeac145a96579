import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readScan } from '@hubkeeper/audit'
import type { ScannerName } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import {
  type BuildMachine,
  buildMachine,
  needingPython,
  pythonAvailable,
} from '../support/scanners/build-machine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** What a build is told, changed as a test says. */
const order = (changes: object = {}): string =>
  JSON.stringify({
    hub: 'demo',
    scanners: { bandit: 1, 'pip-audit': 1, 'trivy-fs': 1 },
    source: ['app'],
    requirements: [['requirements', 'requirements*.txt']],
    image: '',
    ...changes,
  })

/** A machine with a bucket that holds these files of the hub. */
function machineWith(files: Readonly<Record<string, string>>): BuildMachine {
  const machine = buildMachine(temporaryDirectory())
  for (const [key, text] of Object.entries(files)) {
    const path = join(machine.bucketAt('hubs'), 'demo', key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return machine
}

const hub = {
  'app/main.py': 'eval(x)\n',
  'app/lib/fine.py': 'x = 1\n',
  'requirements.txt': 'jinja2==3.1.4\n',
}

const resultOf = (machine: BuildMachine, name: string): string =>
  readFileSync(join(machine.bucketAt('hubs'), 'demo/state/scans/1f2e', name), 'utf8')
const endOf = (machine: BuildMachine, scanner: ScannerName): unknown =>
  JSON.parse(resultOf(machine, `${scanner}.end.json`))

describe.skipIf(!pythonAvailable)(needingPython('the build that runs scanners'), () => {
  it('leaves what each printed, and how it ended; none saw credentials', async () => {
    const machine = machineWith(hub)
    expect(await machine.run(order(), 'hubkeeper-scanners:1f2e')).toMatchObject({ code: 0 })
    const bandit = readScan('bandit', resultOf(machine, 'bandit.json'))
    expect(bandit).toMatchObject({
      state: 'read',
      findings: [{ rule: 'B307', severity: 'high', location: { path: 'app/main.py', line: 1 } }],
    })
    expect(endOf(machine, 'bandit')).toMatchObject({ failure: null, version: '1.9.4', builtAt: null })
    expect(readScan('pip-audit', resultOf(machine, 'pip-audit.json'))).toMatchObject({ state: 'read' })
    expect(resultOf(machine, 'pip-audit.json')).toContain('"jinja2"')
    expect(endOf(machine, 'trivy-fs')).toMatchObject({
      failure: null,
      version: '0.72.0',
      builtAt: '2026-05-28T20:26:40+00:00',
      databaseAt: '2026-11-30T06:00:00Z',
    })
    expect(readScan('trivy-fs', resultOf(machine, 'trivy-fs.json'))).toMatchObject({ state: 'read' })
  })

  it('scans an image by its reference alone', async () => {
    const machine = machineWith({})
    const asked = order({ scanners: { 'trivy-image': 1 }, source: [], image: 'registry/hub:1.4' })
    await machine.run(asked, 'p:1f2e')
    expect(resultOf(machine, 'trivy-image.json')).toContain('"ArtifactName":"registry/hub:1.4"')
  })

  it.each([
    ['crashes', { 'app/a.py': 'CRASH' }, 1, 'it ended with exit code 2', ['first line', 'bandit is broken']],
    ['takes too long', { 'app/a.py': 'HANG' }, 0.02, 'it took longer than 0.02 minutes', []],
    ['has nothing to look at', { 'other/a.py': '' }, 1, 'there is no app, which audit.source names', []],
  ])('tells how a scanner fails that %s', async (_, files, minutes, failure, log) => {
    const machine = machineWith(files)
    await machine.run(order({ scanners: { bandit: minutes } }), 'p:1f2e')
    expect(endOf(machine, 'bandit')).toMatchObject({ failure, log })
  })

  it('ends one that floods its disk, and lets the others go on', async () => {
    const machine = machineWith({ ...hub, 'app/a.py': 'FLOOD' })
    await machine.run(order(), 'p:1f2e')
    expect(endOf(machine, 'bandit')).toMatchObject({ failure: 'it printed more than 32 MiB' })
    expect(endOf(machine, 'pip-audit')).toMatchObject({ failure: null })
  })

  it('runs no trivy but the one that was pinned, and says so', async () => {
    const machine = machineWith(hub)
    const tools = { trivy: { version: '0.72.0', url: 'file:///etc/hosts', sha256: '0'.repeat(64) } }
    await machine.run(order({ scanners: { 'trivy-fs': 1 } }), 'p:1f2e', { TOOLS: JSON.stringify(tools) })
    expect(endOf(machine, 'trivy-fs')).toMatchObject({
      failure: 'trivy 0.72.0 is not the one that was pinned',
    })
  })

  it('says when a scanner cannot be installed', async () => {
    const machine = machineWith(hub)
    await machine.run(order({ scanners: { bandit: 1 } }), 'p:1f2e', { PIP_FIND_LINKS: '/nowhere' })
    expect(endOf(machine, 'bandit')).toMatchObject({ failure: 'bandit 1.9.4 could not be installed' })
  })

  it('says when no file of requirements is there', async () => {
    const machine = machineWith({ 'app/main.py': '' })
    await machine.run(order({ scanners: { 'pip-audit': 1 } }), 'p:1f2e')
    expect(endOf(machine, 'pip-audit')).toMatchObject({
      failure: 'requirements names no file of requirements that is there',
    })
  })
})
