import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { requirementsIn } from '../support/requirements.ts'

const lock = (content: object) =>
  requirementsIn({ 'web/package-lock.json': JSON.stringify(content, null, 2) })

const pins = ({ requirements }: Awaited<ReturnType<typeof lock>>) =>
  requirements.map(({ name, pinned }) => `${name}@${pinned}`)

describe('a lock file of npm', () => {
  it('pins what version 2 and 3 install, each version once', async () => {
    const set = await lock({
      lockfileVersion: 3,
      packages: {
        '': { name: 'hub-web', version: '1.0.0', dependencies: { a: '^1.0.0' } },
        'node_modules/a': { version: '1.0.1', resolved: 'https://registry.npmjs.org/a/-/a-1.0.1.tgz' },
        'node_modules/@scope/b': { version: '2.0.0-rc.1', dev: true },
        'node_modules/@scope/b/node_modules/a': { version: '0.9.0' },
        'node_modules/c/node_modules/a': { version: '1.0.1' },
        'node_modules/renamed': { name: 'real', version: '3.0.0' },
        'node_modules/workspace': { resolved: 'packages/workspace', link: true },
        'packages/workspace': { version: '0.0.1' },
        'node_modules/near': { version: '1.0.0', resolved: 'file:../near.tgz' },
        'node_modules/far': { version: '1.0.0', resolved: 'git+ssh://git@example.com/far.git#abc' },
      },
    })
    expect(pins(set)).toEqual(['a@1.0.1', '@scope/b@2.0.0-rc.1', 'a@0.9.0', 'real@3.0.0', 'far@1.0.0'])
    expect(set.requirements[0]).toMatchObject({
      ecosystem: 'npm',
      specifier: '1.0.1',
      applies: true,
      constraint: false,
      url: null,
      span: null,
      place: { key: 'web/package-lock.json', line: 11 },
    })
    expect(set.requirements[4]?.url).toBe('git+ssh://git@example.com/far.git#abc')
    expect(set.invalid).toEqual([])
  })

  it('pins what version 1 installs, at any depth', async () => {
    const set = await lock({
      lockfileVersion: 1,
      dependencies: {
        a: {
          version: '1.0.0',
          requires: { b: '2' },
          dependencies: { b: { version: '2.0.0', dependencies: { a: { version: '0.1.0' } } } },
        },
        c: { version: 'npm:@scope/real@3.0.0' },
        d: { version: 'file:../d' },
        e: { version: 'git+https://me:secret@example.com/e.git#abc' },
      },
    })
    expect(pins(set)).toEqual(['a@1.0.0', 'b@2.0.0', 'a@0.1.0', '@scope/real@3.0.0'])
    expect(set.invalid).toEqual([
      {
        place: { key: 'web/package-lock.json', line: 26 },
        text: 'e',
        reason: 'git+https://****@example.com/e.git#abc is no version',
      },
    ])
  })

  it.each([
    ['nonsense', 'it is no lock file of npm'],
    ['[]', 'it is no lock file of npm'],
    ['{"lockfileVersion":3}', 'it names no packages'],
  ])('is unreadable as %s', async (text, reason) => {
    const set = await requirementsIn({ 'npm-shrinkwrap.json': text })
    expect(set).toMatchObject({ requirements: [], unreadable: [{ key: 'npm-shrinkwrap.json', reason }] })
  })

  it('may have another name', async () => {
    const text = JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/a': { version: '1.0.0' } } })
    expect(pins(await requirementsIn({ 'deps/lock.json': text }))).toEqual(['a@1.0.0'])
  })

  it('names entries that cannot be read, and the others count', async () => {
    const set = await lock({
      packages: {
        'node_modules/a': { version: 1 },
        'node_modules/b': {},
        'node_modules/c\u001b[31m': { version: '1.0.0' },
        'node_modules/d': { version: '1.0.0' },
      },
    })
    expect(pins(set)).toEqual(['d@1.0.0'])
    expect(set.invalid.map(({ reason }) => reason)).toEqual([
      'its entry cannot be read',
      'nothing is no version',
      'its name is no name of a package',
    ])
  })

  it('is read as npm itself writes it', async () => {
    const text = readFileSync('package-lock.json', 'utf8')
    const set = await requirementsIn({ 'package-lock.json': text })
    expect(set.invalid).toEqual([])
    expect(pins(set).filter((pin) => pin.startsWith('typescript@'))).toHaveLength(1)
    const lines = text.split('\n')
    for (const { line, name, place } of set.requirements) {
      expect(lines[place.line - 1]).toContain(`node_modules/${name}": {`)
      expect(text.slice(line.start, line.end)).toBe(lines[place.line - 1])
    }
  })
})
