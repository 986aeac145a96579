import { type FileHandle, open } from 'node:fs/promises'
import type { Choose } from './places.ts'

/** A fault that is in a file now. */
export interface Planted {
  /** Where, or what is missing, in words. */
  readonly place: string
  /** Makes the file what it was; null where a new copy is cheaper. */
  readonly undo: (() => Promise<void>) | null
}

async function inFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r+')
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

/** @throws RangeError when the file ends before */
async function readAt(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new RangeError(`there are no ${length} bytes at ${position}`)
  return buffer
}

/** Turns one bit of a file around. */
export async function flipBit(path: string, choose: Choose): Promise<Planted> {
  const size = await sizeOf(path)
  const at = choose('byte', size)
  const bit = choose('bit', 8)
  const flip = () =>
    inFile(path, async (file) => {
      const byte = await readAt(file, 1, at)
      byte.writeUInt8(byte.readUInt8(0) ^ (1 << bit), 0)
      await file.write(byte, 0, 1, at)
    })
  await flip()
  return { place: `bit ${bit} of byte ${at}`, undo: flip }
}

/** Makes a page zero; one that is zero already is passed over, for nothing would change. */
export async function zeroPage(path: string, choose: Choose, pageSize: number): Promise<Planted> {
  const pages = Math.floor((await sizeOf(path)) / pageSize)
  const first = choose('page', pages)
  const zeroes = Buffer.alloc(pageSize)
  return inFile(path, async (file) => {
    for (let i = 0; i < pages; i++) {
      const page = (first + i) % pages
      const before = await readAt(file, pageSize, page * pageSize)
      if (before.equals(zeroes)) continue
      const write = async (bytes: Buffer): Promise<void> => {
        await inFile(path, (target) => target.write(bytes, 0, pageSize, page * pageSize))
      }
      await write(zeroes)
      return { place: `page ${page + 1} of ${pages}`, undo: () => write(before) }
    }
    throw new RangeError(`every page of ${path} is zero`)
  })
}

/** Cuts a file off, by a page at least: of the last one, SQLite takes what is missing for zeroes. */
export async function truncate(path: string, choose: Choose, pageSize: number): Promise<Planted> {
  const size = await sizeOf(path)
  const length = choose('length', size - pageSize + 1)
  await inFile(path, (file) => file.truncate(length))
  return { place: `cut to ${length} of ${size} bytes`, undo: null }
}

/** Puts something behind the end of a file. */
export async function append(path: string, choose: Choose): Promise<Planted> {
  const size = await sizeOf(path)
  const length = 1 + choose('length', 8192)
  await inFile(path, (file) => file.write(Buffer.alloc(length, 'appended '), 0, length, size))
  return {
    place: `${length} bytes behind its end`,
    undo: () => inFile(path, (file) => file.truncate(size)),
  }
}

const sizeOf = (path: string): Promise<number> => inFile(path, async (file) => (await file.stat()).size)
