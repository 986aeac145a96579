import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { detectors } from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { catalogue } from '../../layers/sqlite/src/drill/catalogue.ts'

const docs = readFileSync(join(import.meta.dirname, '../../docs/drills.md'), 'utf8')

const often = new Map<number | 'samples', string>([
  ['samples', 'at random'],
  [1, 'once'],
  [2, 'twice'],
])

it('the documentation has the catalogue as it is', () => {
  const block = docs.slice(docs.indexOf('<!-- catalogue -->'), docs.indexOf('<!-- /catalogue -->'))
  const rows = block.split('\n').filter((line) => line.startsWith('| `'))
  const expected = catalogue.map(
    ({ expected, name, times, title }) =>
      `| \`${name}\` | ${title} | ${often.get(times) ?? `${times} times`} | ${expected.join(', ')} |`,
  )
  expect(rows).toEqual(expected)
})

it('the documentation names every detector', () => {
  const section = docs.slice(docs.indexOf('## The detectors'), docs.indexOf('## How to read'))
  const rows = [...section.matchAll(/^\| ([a-z][a-z-]*) \|/gm)].map(([, name]) => name)
  expect(rows).toEqual(['detector', ...detectors])
})
