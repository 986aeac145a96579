import { type Damage, fault } from '../damage.ts'
import { bytes } from '../edits.ts'
import type { Pages } from '../pages.ts'
import type { Random } from '../random.ts'

/** An overflow page that another one follows. */
const linkOf = (pages: Pages, random: Random): Buffer =>
  random.pick(
    pages
      .numbersOf({ type: 'overflow' })
      .map((number) => pages.page(number))
      .filter((page) => page.readUInt32BE(0) !== 0),
  )

/** The number of a page that is free, or of one that is in use. */
const inUse = (pages: Pages, random: Random): number => random.pick(pages.numbersOf({ type: 'leaf' }))

const broken = fault(['integrity', 'digest'])
const lost = fault(['integrity'])

/** Damage to chains of overflow pages, to the list of free pages and to pointer maps. */
export const listDamage: readonly Damage[] = [
  bytes(
    'overflow: a page that follows itself',
    ['overflow'],
    (pages, random) => {
      const number = random.pick(
        pages.numbersOf({ type: 'overflow' }).filter((n) => pages.page(n).readUInt32BE(0) !== 0),
      )
      pages.page(number).writeUInt32BE(number, 0)
    },
    broken,
  ),
  bytes(
    'overflow: a next page that there is not',
    ['overflow'],
    (pages, random) => linkOf(pages, random).writeUInt32BE(pages.count + 1 + random.integer(1000), 0),
    broken,
  ),
  bytes(
    'overflow: a chain that ends early',
    ['overflow'],
    (pages, random) => linkOf(pages, random).writeUInt32BE(0, 0),
    broken,
  ),
  bytes(
    'overflow: two chains into one',
    ['overflow'],
    (pages, random) => {
      const links = pages.numbersOf({ type: 'overflow' }).filter((n) => pages.page(n).readUInt32BE(0) !== 0)
      const [one, other] = random.pair(links)
      pages.page(one).writeUInt32BE(pages.page(other).readUInt32BE(0), 0)
    },
    broken,
  ),
  bytes(
    'overflow: a next page that is one of a tree',
    ['overflow'],
    (pages, random) => linkOf(pages, random).writeUInt32BE(inUse(pages, random), 0),
    broken,
  ),
  bytes(
    'overflow: a chain that goes on too long',
    ['overflow'],
    (pages, random) => {
      const last = random.pick(
        pages.numbersOf({ type: 'overflow' }).filter((n) => pages.page(n).readUInt32BE(0) === 0),
      )
      pages.page(last).writeUInt32BE(inUse(pages, random), 0)
    },
    lost,
  ),
  bytes(
    'free pages: a list that begins again',
    ['freelist', 'auto-vacuum-incremental'],
    (pages) => {
      const [first = 0] = pages.freeTrunks()
      pages.page(first).writeUInt32BE(first, 0)
    },
    lost,
  ),
  bytes(
    'free pages: one that is in use',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => {
      const [first = 0] = pages.freeTrunks()
      pages.page(first).writeUInt32BE(inUse(pages, random), 8)
    },
    lost,
  ),
  bytes(
    'free pages: one twice',
    ['freelist', 'auto-vacuum-incremental'],
    (pages) => {
      const [first = 0] = pages.freeTrunks()
      pages.page(first).copy(pages.page(first), 8, 12, 16)
    },
    lost,
  ),
  bytes(
    'free pages: one that there is not',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => {
      const [first = 0] = pages.freeTrunks()
      pages.page(first).writeUInt32BE(pages.count + 1 + random.integer(1000), 8)
    },
    lost,
  ),
  bytes(
    'free pages: more in a trunk than fit',
    ['freelist', 'auto-vacuum-incremental'],
    (pages, random) => {
      const [first = 0] = pages.freeTrunks()
      pages.page(first).writeUInt32BE(1100 + random.integer(2 ** 31), 4)
    },
    lost,
  ),
  bytes(
    'free pages: the list forgotten',
    ['freelist', 'auto-vacuum-incremental'],
    ({ bytes }) => bytes.fill(0, 32, 40),
    lost,
  ),
  bytes(
    'pointer map: of zeros',
    ['auto-vacuum', 'auto-vacuum-incremental'],
    (pages) => pages.page(2).fill(0),
    lost,
  ),
  bytes(
    'pointer map: a wrong parent',
    ['auto-vacuum', 'auto-vacuum-incremental'],
    (pages, random) => {
      const number = random.pick(pages.numbersOf({ type: 'leaf' }))
      const at = (number - 3) * 5
      pages.page(2).writeUInt32BE(pages.page(2).readUInt32BE(at + 1) + 1 + random.integer(9), at + 1)
    },
    lost,
  ),
  bytes(
    'pointer map: a wrong type',
    ['auto-vacuum', 'auto-vacuum-incremental'],
    (pages, random) => {
      const at = (random.pick(pages.numbersOf({ type: 'leaf' })) - 3) * 5
      pages.page(2).writeUInt8(random.pick([0, 2, 3, 4, 9]), at)
    },
    lost,
  ),
]
