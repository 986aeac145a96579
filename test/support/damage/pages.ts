import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'

/** One page in use, as dbstat tells of a sound database. */
interface UsedPage {
  readonly number: number
  /** Of the table or index. */
  readonly owner: string
  readonly type: 'internal' | 'leaf' | 'overflow'
}

const usedPage = z
  .object({ pageno: z.number(), name: z.string(), pagetype: z.enum(['internal', 'leaf', 'overflow']) })
  .transform(({ name, pageno, pagetype }): UsedPage => ({ number: pageno, owner: name, type: pagetype }))

/** The pages of a sound database without a WAL that counts. */
function usedPages(path: string): UsedPage[] {
  const database = new DatabaseSync(new URL(`file://${path}?immutable=1`), { readOnly: true })
  try {
    const rows = database.prepare('SELECT pageno, name, pagetype FROM dbstat ORDER BY pageno').all()
    return rows.map((row) => usedPage.parse(row))
  } finally {
    database.close()
  }
}

/** The bytes of a database, cut into its pages (sqlite.org/fileformat2.html). */
export class Pages {
  /** Of the whole file; an assignment replaces all of it. */
  bytes: Buffer
  readonly size: number
  readonly count: number
  readonly used: readonly UsedPage[]

  constructor(bytes: Buffer, used: readonly UsedPage[]) {
    this.bytes = bytes
    const size = bytes.readUInt16BE(16)
    this.size = size === 1 ? 65536 : size
    this.count = Math.floor(bytes.length / this.size)
    this.used = used
  }

  page(number: number): Buffer {
    return this.bytes.subarray((number - 1) * this.size, number * this.size)
  }

  /** Numbers of the pages of an owner and type; page 1 never. */
  numbersOf({ owner, type }: { owner?: string; type?: UsedPage['type'] }): number[] {
    return this.used
      .filter((page) => page.number > 1)
      .filter((page) => owner === undefined || page.owner === owner)
      .filter((page) => type === undefined || page.type === type)
      .map(({ number }) => number)
  }

  /** Trunk pages of the list of free pages, in order. */
  freeTrunks(): number[] {
    const trunks: number[] = []
    for (let next = this.bytes.readUInt32BE(32); next !== 0; next = this.page(next).readUInt32BE(0))
      trunks.push(next)
    return trunks
  }

  /** Leaf pages of the list of free pages. */
  freeLeaves(): number[] {
    return this.freeTrunks().flatMap((trunk) => {
      const page = this.page(trunk)
      return Array.from({ length: page.readUInt32BE(4) }, (_, i) => page.readUInt32BE(8 + 4 * i))
    })
  }

  /** Where the array of cell pointers begins in a b-tree page that is not page 1. */
  private pointers(number: number): number {
    return (this.page(number)[0] ?? 0) <= 5 ? 12 : 8
  }

  cellCount(number: number): number {
    return this.page(number).readUInt16BE(3)
  }

  /** Where the pointer of a cell is, within its page. */
  pointerAt(number: number, cell: number): number {
    return this.pointers(number) + 2 * cell
  }

  /** Where a cell is, within its page. */
  cellAt(number: number, cell: number): number {
    return this.page(number).readUInt16BE(this.pointerAt(number, cell))
  }
}

/** Changes the bytes of a sound database. */
export function changeBytes(path: string, change: (pages: Pages) => void): void {
  const pages = new Pages(readFileSync(path), usedPages(path))
  const before = Buffer.from(pages.bytes)
  change(pages)
  if (pages.bytes.equals(before)) throw new Error('the damage changed nothing')
  writeFileSync(path, pages.bytes)
}

/** Length in bytes and value of a varint. */
function readVarint(bytes: Buffer, at: number): { length: number; value: number } {
  let value = 0
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { length: i + 1, value }
  }
  return { length: 9, value: value * 256 + (bytes[at + 8] ?? 0) }
}

/** Where the header of the record of a cell is, within its page; of a leaf of a table. */
export function recordAt(pages: Pages, number: number, cell: number): number {
  const page = pages.page(number)
  const at = pages.cellAt(number, cell)
  const payload = readVarint(page, at)
  return at + payload.length + readVarint(page, at + payload.length).length
}
