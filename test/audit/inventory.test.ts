import { inventoryOf, type Requirement, readRequirements, versionsOf } from '@hubkeeper/audit'
import type { Installation } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

async function asked(files: Readonly<Record<string, string>>) {
  const set = await readRequirements({
    keys: ['requirements.txt'],
    environment: { python: '3.11', platform: 'linux' },
    async read(key) {
      const text = files[key]
      return text === undefined ? { reason: 'there is no such file' } : { text }
    },
  })
  return set
}

const installation = (versions: Readonly<Record<string, string>>): Installation => ({
  source: '.venv',
  writtenAt: null,
  python: '3.11.4',
  packages: Object.entries(versions).map(([name, version]) => ({ ecosystem: 'PyPI', name, version })),
  unreadable: [],
})

const inventory = async (text: string, installed: Readonly<Record<string, string>> | null = null) =>
  inventoryOf(
    await asked({ 'requirements.txt': text, 'pins.txt': 'lamp==1.0\nfog==9\n' }),
    installed === null ? [] : [installation(installed)],
  )

describe('the inventory of a hub', () => {
  it('has each version once, by names and versions as the index compares them', async () => {
    const { packages } = await inventory('Big_Lamp==1.0\nbig.lamp==1.0.0\n', { 'big-lamp': '1' })
    expect(packages).toMatchObject([
      {
        normalized: 'big-lamp',
        versions: [
          { version: '1', installedIn: ['.venv'], pinnedAt: [{ line: 1 }, { line: 2 }], counts: true },
        ],
      },
    ])
  })

  it('counts what is installed, and a pin only where nothing is', async () => {
    const { packages } = await inventory('lamp==1.0\nlens==2.0\n', { lamp: '1.1' })
    expect(
      packages.flatMap(({ normalized, versions }) =>
        versions.map(({ counts, version }) => `${normalized} ${version} ${counts}`),
      ),
    ).toEqual(['lamp 1.1 true', 'lamp 1.0 false', 'lens 2.0 true'])
  })

  it('pins by constraints what is asked for, and nothing else', async () => {
    const found = await inventory('-c pins.txt\nlamp\nlens\n')
    expect(versionsOf(found)).toEqual([{ ecosystem: 'PyPI', name: 'lamp', version: '1.0' }])
    expect(found).toMatchObject({
      pinned: 1,
      unpinned: 1,
      unversioned: [{ name: 'lens', asked: 'any version' }],
    })
  })

  it('knows the version of what is not pinned where it is installed', async () => {
    const found = await inventory('lamp>=1\n', { lamp: '1.4', oil: '3' })
    expect(found).toMatchObject({ pinned: 0, unpinned: 1, unversioned: [] })
    expect(found.packages.map(({ asked: isAsked, name }) => [name, isAsked])).toEqual([
      ['lamp', true],
      ['oil', false],
    ])
  })

  it('counts every requirement as pinned, not pinned or skipped', async () => {
    const line = fc.constantFrom(
      'a==1',
      'b>=1',
      'c',
      'a==2; python_version < "3"',
      'd @ https://example.org/d.whl',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const set = await asked({ 'requirements.txt': lines.join('\n') })
        const { pinned, skippedByMarker, unpinned } = inventoryOf(set, [])
        const all: readonly Requirement[] = set.requirements
        expect(pinned + unpinned + skippedByMarker).toBe(all.length)
      }),
    )
  })
})
