import { readInventory } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const writtenAt = new Date('2026-11-01T00:00:00Z')

describe('an inventory', () => {
  it('says what pip inspect found', () => {
    // The shape is that of pip 23.2: https://pip.pypa.io/en/stable/reference/inspect-report/
    const text = JSON.stringify({
      version: '1',
      pip_version: '23.2.1',
      installed: [
        {
          metadata: { metadata_version: '2.1', name: 'PySocks', version: '1.7.1' },
          metadata_location: '/srv/hub/.venv/lib/python3.11/site-packages/PySocks-1.7.1.dist-info',
          installer: 'pip',
          requested: true,
        },
        { metadata: { name: 'no-version' } },
        { metadata: { name: 'odd\u001b[31m\nname', version: '1' } },
      ],
      environment: { implementation_name: 'cpython', python_version: '3.11', python_full_version: '3.11.7' },
    })
    expect(readInventory('inventory.json', `\ufeff${text}`, writtenAt)).toEqual({
      source: 'inventory.json',
      writtenAt,
      python: '3.11.7',
      packages: [
        { ecosystem: 'PyPI', name: 'PySocks', version: '1.7.1' },
        { ecosystem: 'PyPI', name: 'odd name', version: '1' },
      ],
      unreadable: ['inventory.json: entry 2 has no name and version'],
    })
  })

  it.each(['', 'nonsense', 'null', '[]', '{"installed":{}}'])('is none as %j, and says so', (text) => {
    expect(readInventory('i.json', text, writtenAt)).toMatchObject({
      python: null,
      packages: [],
      unreadable: ['i.json is not what pip inspect prints'],
    })
  })
})
