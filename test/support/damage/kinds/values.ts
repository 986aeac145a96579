import type { Damage } from '../damage.ts'
import { fault } from '../damage.ts'
import { bytes, sql } from '../edits.ts'

/** Where a text is in the file; at random among its places. */
function placeOf(all: Buffer, text: string, random: { pick<T>(values: readonly T[]): T }): number {
  const places: number[] = []
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) places.push(at)
  return random.pick(places)
}

/** What rots unnoticed by every structure: a value is another one. */
export const valueDamage: readonly Damage[] = [
  bytes(
    'a bit of a text',
    ['text', 'page-65536', 'wal'],
    (pages, random) => {
      const at = placeOf(pages.bytes, 'See also note', random)
      pages.bytes[at] = (pages.bytes[at] ?? 0) ^ (1 << random.integer(8))
    },
    fault(['digest']),
  ),
  bytes(
    'a bit of a large value',
    ['overflow'],
    (pages, random) => {
      const page = pages.page(random.pick(pages.numbersOf({ type: 'overflow' })))
      const at = 4 + random.integer(16)
      page[at] = (page[at] ?? 0) ^ 0x10
    },
    fault(['digest']),
  ),
  bytes(
    'a letter of an indexed text, in its table only',
    ['index'],
    (pages, random) => {
      const leaf = pages.page(random.pick(pages.numbersOf({ owner: 'entries', type: 'leaf' })))
      const at = placeOf(leaf, 'code-', random)
      leaf[at] = 0x43
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'a letter of an indexed text, in its index only',
    ['index'],
    (pages, random) => {
      const leaf = pages.page(random.pick(pages.numbersOf({ owner: 'entries_by_code', type: 'leaf' })))
      const at = placeOf(leaf, 'code-', random)
      leaf[at] = 0x43
    },
    fault(['integrity']),
  ),
  bytes(
    'a text that is no UTF-8 any more',
    ['text', 'page-65536'],
    (pages, random) => {
      pages.bytes[placeOf(pages.bytes, 'See also note', random)] = 0xff
    },
    fault(['digest']),
  ),
  sql(
    'a number that is a little larger',
    ['without-rowid'],
    ({ integer }) => `UPDATE readings SET value = value + 1e-9 WHERE at = ${1 + integer(900)}`,
    fault(['digest']),
  ),
  sql(
    'a text in another case',
    ['text', 'fts5-external'],
    ({ integer }) => `UPDATE articles SET topic = upper(topic) WHERE id = ${1 + integer(60)}`,
    fault(['digest']),
  ),
  sql(
    'a space behind a text',
    ['text', 'utf-16'],
    ({ integer }) => `UPDATE articles SET author = author || ' ' WHERE id = ${1 + integer(60)}`,
    fault(['digest']),
  ),
  sql(
    'a text as a blob',
    ['text', 'fts5-external'],
    ({ integer }) => `UPDATE articles SET author = CAST(author AS BLOB) WHERE id = ${1 + integer(60)}`,
    fault(['digest']),
  ),
  sql(
    'a number as NULL',
    ['constrained', 'auto-vacuum', 'page-512'],
    ({ integer }) => `UPDATE keepers SET born = NULL WHERE id = ${1 + integer(60)}`,
    fault(['digest']),
  ),
  sql('rows under other rowids', ['rules'], 'UPDATE log SET rowid = rowid + 1000', fault(['digest'])),
]
