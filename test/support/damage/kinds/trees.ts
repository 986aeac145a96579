import { type Damage, fault } from '../damage.ts'
import { bytes } from '../edits.ts'
import { type Pages, recordAt } from '../pages.ts'
import type { Random } from '../random.ts'

/** A page that is read again is refused, or its cells are; so the rows in it are not what they were. */
const tableFault = fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes'])
const indexFault = fault(['integrity'])

const leafOf = (pages: Pages, random: Random, owner = 'articles'): number =>
  random.pick(pages.numbersOf({ owner, type: 'leaf' }))

const innerOf = (pages: Pages, random: Random, owner = 'articles'): Buffer =>
  pages.page(random.pick(pages.numbersOf({ owner, type: 'internal' })))

/** Damage to the heads of b-tree pages and to their pointers. */
export const treeDamage: readonly Damage[] = [
  bytes(
    'tree: a type of page that there is not',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt8(random.pick([1, 3, 7, 99, 255]), 0),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a leaf of a table as one of an index',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt8(10, 0),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a leaf as an inner page',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt8(5, 0),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: no cells in a page',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt16BE(0, 3),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: more cells than fit',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt16BE(2000 + random.integer(60000), 3),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: one cell fewer',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt16BE(pages.cellCount(number) - 1, 3)
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a pointer out of its page',
    ['text', 'utf-16'],
    (pages, random) => {
      const number = leafOf(pages, random)
      const cell = random.integer(pages.cellCount(number))
      pages.page(number).writeUInt16BE(pages.size + random.integer(1000), pages.pointerAt(number, cell))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a pointer into the head of its page',
    ['text', 'utf-16'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt16BE(random.integer(8), pages.pointerAt(number, 0))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: two pointers to the same cell',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt16BE(pages.cellAt(number, 0), pages.pointerAt(number, 1))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: pointers in another order',
    ['index'],
    (pages, random) => {
      const number = leafOf(pages, random, 'entries')
      const [first, second] = [pages.cellAt(number, 0), pages.cellAt(number, 1)]
      pages.page(number).writeUInt16BE(second, pages.pointerAt(number, 0))
      pages.page(number).writeUInt16BE(first, pages.pointerAt(number, 1))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: pointers of an index in another order',
    ['index'],
    (pages, random) => {
      const number = leafOf(pages, random, 'entries_by_code')
      const [first, second] = [pages.cellAt(number, 0), pages.cellAt(number, 1)]
      pages.page(number).writeUInt16BE(second, pages.pointerAt(number, 0))
      pages.page(number).writeUInt16BE(first, pages.pointerAt(number, 1))
    },
    indexFault,
  ),
  bytes(
    'tree: the right-most child nowhere',
    ['text', 'index'],
    (pages, random) =>
      innerOf(
        pages,
        random,
        pages.used.some(({ owner }) => owner === 'entries') ? 'entries' : 'articles',
      ).writeUInt32BE(pages.count + 1 + random.integer(1000), 8),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: the right-most child is page 0',
    ['text', 'utf-16'],
    (pages, random) => innerOf(pages, random).writeUInt32BE(0, 8),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a page that is its own child',
    ['text', 'utf-16'],
    (pages, random) => {
      const [number = 0] = pages.numbersOf({ owner: 'articles', type: 'internal' })
      const at = pages.cellAt(number, random.integer(pages.cellCount(number)))
      pages.page(number).writeUInt32BE(number, random.pick([8, at]))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a child of another tree',
    ['index'],
    (pages, random) =>
      innerOf(pages, random, 'entries').writeUInt32BE(leafOf(pages, random, 'entries_by_size'), 8),
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a child twice',
    ['text', 'utf-16'],
    (pages, random) => {
      const [number = 0] = pages.numbersOf({ owner: 'articles', type: 'internal' })
      const page = pages.page(number)
      page.copy(page, 8, pages.cellAt(number, random.integer(2)), pages.cellAt(number, 0) + 4)
      page.writeUInt32BE(page.readUInt32BE(pages.cellAt(number, 0)), 8)
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'tree: a key between two children that does not divide them',
    ['text', 'utf-16'],
    (pages, random) => {
      const [number = 0] = pages.numbersOf({ owner: 'articles', type: 'internal' })
      const at = pages.cellAt(number, random.integer(pages.cellCount(number)))
      pages.page(number).writeUInt8(0, at + 4)
    },
    fault(['integrity'], ['digest']),
  ),
  bytes(
    'tree: a list of free blocks that begins nowhere',
    ['text', 'utf-16'],
    (pages, random) => pages.page(leafOf(pages, random)).writeUInt16BE(pages.size - 1 - random.integer(3), 1),
    tableFault,
  ),
  bytes(
    'tree: a wrong number of fragments',
    ['text', 'index'],
    (pages, random) => {
      const page = pages.page(random.pick(pages.numbersOf({ type: 'leaf' })))
      page.writeUInt8((page.readUInt8(7) + 1 + random.integer(40)) % 60, 7)
    },
    tableFault,
  ),
  bytes(
    'tree: content that begins nowhere',
    ['text', 'index'],
    (pages, random) =>
      pages.page(random.pick(pages.numbersOf({ type: 'leaf' }))).writeUInt16BE(9 + random.integer(3), 5),
    tableFault,
  ),
  bytes(
    'record: a payload of the largest size that can be written',
    ['text', 'index'],
    (pages, random) => {
      const number = random.pick(pages.numbersOf({ type: 'leaf' }))
      const at = pages.cellAt(number, random.integer(pages.cellCount(number)))
      pages.page(number).fill(0xff, at, Math.min(at + 9, pages.size))
    },
    tableFault,
  ),
  bytes(
    'record: the rowid of another row',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      const record = recordAt(pages, number, 1)
      pages.page(number).writeUInt8(0, record - 1)
    },
    fault(['digest'], ['integrity']),
  ),
  bytes(
    'record: a head longer than the record',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt8(0x7f, recordAt(pages, number, 0))
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'record: a head of no length',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt8(0, recordAt(pages, number, 0))
    },
    fault(['digest'], ['integrity']),
  ),
  bytes(
    'record: a value of a gigabyte',
    ['index', 'rules'],
    (pages, random) => {
      const owner = pages.used.some(({ owner }) => owner === 'entries') ? 'entries' : 'stock'
      const number = leafOf(pages, random, owner)
      const at = recordAt(pages, number, random.integer(pages.cellCount(number)))
      // A serial type of 2,000,000,012: a blob of 1,000,000,000 bytes, over the types that follow.
      Buffer.from([0x87, 0xb9, 0xd6, 0xa8, 0x0c]).copy(pages.page(number), at + 1)
    },
    fault(['integrity', 'digest']),
  ),
  bytes(
    'record: a type of value that is kept for later',
    ['text', 'page-65536'],
    (pages, random) => {
      const number = leafOf(pages, random)
      pages.page(number).writeUInt8(random.pick([10, 11]), recordAt(pages, number, 0) + 2)
    },
    fault(['digest'], ['integrity']),
  ),
  bytes(
    'record: text that is said to be a blob',
    ['constrained', 'page-512'],
    (pages, random) => {
      const number = leafOf(pages, random, 'notes')
      const record = recordAt(pages, number, random.integer(pages.cellCount(number)))
      const type = record + 4
      pages.page(number).writeUInt8(pages.page(number).readUInt8(type) - 1, type)
    },
    fault(['digest'], ['integrity']),
  ),
]
