import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { type Damage, type Expected, fault, sound, unreadable } from '../damage.ts'
import { bytes } from '../edits.ts'

const cut = (
  name: string,
  bases: Damage['bases'],
  lengthOf: (bytes: number, random: { integer(bound: number): number }) => number,
  expected: Expected | readonly Expected[],
): Damage => ({
  name: `cut: ${name}`,
  bases,
  apply: ({ path, random }) => truncateSync(path, lengthOf(statSync(path).size, random)),
  expected,
})

const grown = (
  name: string,
  bases: Damage['bases'],
  more: (path: string) => void,
  expected: Expected,
): Damage => ({
  name: `grown: ${name}`,
  bases,
  apply: ({ path }) => more(path),
  expected,
})

const boundaries: Damage['bases'] = ['text', 'index', 'fts5', 'overflow']

/** What transfers do that take a database for a text. */
const transferred = (name: string, change: (bytes: Buffer) => Buffer): Damage =>
  bytes(
    `transfer: ${name}`,
    ['text', 'index'],
    (pages) => {
      pages.bytes = change(pages.bytes)
    },
    [
      unreadable('corrupt', 'not-a-database'),
      fault(['integrity', 'digest'], ['foreign-keys', 'search-indexes']),
    ],
  )

function withCarriageReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
}

/** Damage to the length of the file. */
export const lengthDamage: readonly Damage[] = [
  cut('to nothing', ['text', 'bare'], () => 0, unreadable('empty')),
  cut('to one byte', ['text'], () => 1, unreadable('not-a-database')),
  cut('within the magic', ['text'], (_, random) => 2 + random.integer(14), unreadable('not-a-database')),
  cut('to the header', ['text', 'index'], () => 100, unreadable('corrupt')),
  cut('to 512 bytes', ['text', 'index'], () => 512, unreadable('not-a-database', 'corrupt')),
  cut('to one page', ['text', 'index'], () => 4096, unreadable('corrupt')),
  cut(
    'within a page',
    boundaries,
    (size, random) =>
      Math.floor((size * (2 + random.integer(6))) / 10 / 4096) * 4096 + 1 + random.integer(4094),
    unreadable('corrupt'),
  ),
  cut(
    'between two pages',
    boundaries,
    (size, random) => Math.floor((size * (2 + random.integer(6))) / 10 / 4096) * 4096,
    unreadable('corrupt'),
  ),
  cut('by its last byte', boundaries, (size) => size - 1, [
    fault(['digest'], ['integrity', 'search-indexes']),
    fault(['integrity'], ['digest', 'search-indexes']),
    fault(['search-indexes']),
  ]),
  cut('by its last page', boundaries, (size) => size - 4096, unreadable('corrupt')),
  grown('by a few bytes', ['text', 'index', 'fts5'], (path) => appendFileSync(path, 'appended'), sound),
  grown(
    'by a page of zeros',
    ['text', 'freelist'],
    (path) => appendFileSync(path, Buffer.alloc(4096)),
    sound,
  ),
  grown('by itself', ['text', 'index'], (path) => appendFileSync(path, readFileSync(path)), sound),
  grown('by a great hole', ['text', 'fts5-external'], (path) => truncateSync(path, 256 * 1024 ** 2), sound),
  bytes(
    'a byte too many in the middle',
    ['text', 'index'],
    (pages, random) => {
      const at = pages.size + random.integer(pages.bytes.length - pages.size * 2)
      pages.bytes = Buffer.concat([pages.bytes.subarray(0, at), Buffer.from([7]), pages.bytes.subarray(at)])
    },
    fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']),
  ),
  bytes(
    'a byte too few in the middle',
    ['text', 'index'],
    (pages, random) => {
      const at = pages.size + random.integer(pages.bytes.length - pages.size * 2)
      pages.bytes = Buffer.concat([pages.bytes.subarray(0, at), pages.bytes.subarray(at + 1)])
    },
    [unreadable('corrupt'), fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes'])],
  ),
  transferred('every line feed with a carriage return', withCarriageReturns),
  transferred('latin-1 taken for UTF-8', (all) => Buffer.from(all.toString('latin1'), 'utf8')),
  transferred('what is not UTF-8 replaced', (all) => Buffer.from(all.toString('utf8'), 'utf8')),
  {
    name: 'cut: and filled up with zeros',
    bases: ['text', 'index', 'overflow'],
    apply({ path, random }) {
      const all = readFileSync(path)
      all.fill(0, Math.floor(((3 + random.integer(5)) / 10) * (all.length / 4096)) * 4096)
      writeFileSync(path, all)
    },
    expected: fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']),
  },
]
