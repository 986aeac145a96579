import { readFileSync, rmSync } from 'node:fs'
import { type BaseName, makeBase } from '../bases.ts'
import { type Damage, fault, sound, unreadable } from '../damage.ts'
import { bytes, writeAnything } from '../edits.ts'
import { changeBytes } from '../pages.ts'

const sector = 512

/** The bytes of another database of the same layout, made beside this one. */
function neighbour(path: string, base: BaseName, change: (path: string) => void, seed = 7): Buffer {
  const other = `${path}.other`
  makeBase(base, other, seed)
  change(other)
  try {
    return readFileSync(other)
  } finally {
    rmSync(other)
  }
}

/** As it was before its text was written over in place: every page is where it is now. */
const later = (path: string): void => writeAnything(path, 'UPDATE articles SET body = upper(body)')

/** Damage to whole pages, as disks and copies do it. */
export const pageDamage: readonly Damage[] = [
  bytes(
    'a page of zeros in a table',
    ['text', 'fts5', 'constrained', 'utf-16'],
    (pages, random) => pages.page(random.pick(pages.numbersOf({ type: 'leaf' }))).fill(0),
    fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']),
  ),
  bytes(
    'a page of zeros in an index',
    ['index'],
    (pages, random) =>
      pages.page(random.pick(pages.numbersOf({ owner: 'entries_by_size', type: 'leaf' }))).fill(0),
    fault(['integrity']),
  ),
  bytes(
    'the first page of zeros',
    ['text', 'fts5'],
    (pages) => pages.page(1).fill(0),
    unreadable('not-a-database'),
  ),
  bytes(
    'the first page of zeros but for the header',
    ['text', 'fts5'],
    (pages) => pages.page(1).fill(0, 100),
    unreadable('corrupt'),
  ),
  bytes(
    'a free page of noise',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => random.bytes(pages.size).copy(pages.page(random.pick(pages.freeLeaves()))),
    sound,
  ),
  bytes(
    'a free trunk page of zeros',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => pages.page(random.pick(pages.freeTrunks())).fill(0),
    fault(['integrity']),
  ),
  bytes(
    'a free trunk page of noise',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => random.bytes(pages.size).copy(pages.page(random.pick(pages.freeTrunks()))),
    fault(['integrity']),
  ),
  bytes(
    'an overflow page of zeros',
    ['overflow'],
    (pages, random) => pages.page(random.pick(pages.numbersOf({ type: 'overflow' }))).fill(0),
    fault(['digest'], ['integrity']),
  ),
  bytes(
    'a page of noise in a table',
    ['text', 'fts5', 'utf-16', 'overflow'],
    (pages, random) =>
      random.bytes(pages.size).copy(pages.page(random.pick(pages.numbersOf({ type: 'leaf' })))),
    fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']),
  ),
  bytes(
    'a page twice, over another',
    ['text', 'utf-16'],
    (pages, random) => {
      const [from, to] = random.pair(pages.numbersOf({ owner: 'articles', type: 'leaf' }))
      pages.page(from).copy(pages.page(to))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'two pages in each other’s place',
    ['text', 'utf-16'],
    (pages, random) => {
      const [one, other] = random.pair(pages.numbersOf({ owner: 'articles', type: 'leaf' }))
      const kept = Buffer.from(pages.page(one))
      pages.page(other).copy(pages.page(one))
      kept.copy(pages.page(other))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'a page of an index in a table',
    ['index'],
    (pages, random) => {
      const index = random.pick(pages.numbersOf({ owner: 'entries_by_share', type: 'leaf' }))
      pages.page(index).copy(pages.page(random.pick(pages.numbersOf({ owner: 'entries', type: 'leaf' }))))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'a page of a table in an index',
    ['index'],
    (pages, random) => {
      const table = random.pick(pages.numbersOf({ owner: 'entries', type: 'leaf' }))
      pages
        .page(table)
        .copy(pages.page(random.pick(pages.numbersOf({ owner: 'entries_by_share', type: 'leaf' }))))
    },
    fault(['integrity']),
  ),
  bytes(
    'a page of another database',
    ['text', 'utf-16'],
    (pages, random, { base, path }) => {
      const other = neighbour(path, base, () => {}, 99)
      const number = random.pick(pages.numbersOf({ owner: 'articles', type: 'leaf' }))
      other.copy(pages.page(number), 0, (number - 1) * pages.size, number * pages.size)
    },
    fault(['digest'], ['integrity']),
  ),
  bytes(
    'a page that was never written again: an old one',
    ['text', 'utf-16', 'page-65536'],
    (pages, random, { base, path }) => {
      const other = neighbour(path, base, later)
      const number = random.pick(pages.numbersOf({ owner: 'articles', type: 'leaf' }))
      other.copy(pages.page(number), 0, (number - 1) * pages.size, number * pages.size)
    },
    fault(['digest']),
  ),
  bytes(
    'a page of which the second half is an old one',
    ['text', 'page-65536'],
    (pages, random, { base, path }) => {
      const other = neighbour(path, base, later)
      const number = random.pick(pages.numbersOf({ owner: 'articles', type: 'leaf' }))
      const half = (number - 1) * pages.size + pages.size / 2
      other.copy(pages.page(number), pages.size / 2, half, number * pages.size)
    },
    fault(['digest']),
  ),
  bytes(
    'all pages behind one, one further',
    ['text', 'index', 'fts5'],
    (pages, random) => {
      const at = (1 + random.integer(pages.count - 3)) * pages.size
      const { bytes } = pages
      bytes.copyWithin(at + pages.size, at, bytes.length - pages.size)
    },
    fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']),
  ),
  bytes(
    'a sector of zeros at the head of a page',
    ['text', 'index', 'overflow'],
    (pages, random) => pages.page(random.pick(pages.numbersOf({ type: 'leaf' }))).fill(0, 0, sector),
    fault(['integrity'], ['digest', 'foreign-keys']),
  ),
  {
    name: 'the later half of the file from a later copy',
    bases: ['text', 'utf-16'],
    apply({ base, path }) {
      const other = neighbour(path, base, later)
      changeBytes(path, ({ bytes, size }) => {
        const half = Math.ceil(bytes.length / 2 / size) * size
        other.copy(bytes, half, half)
      })
    },
    expected: fault(['digest']),
  },
]
