import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 1024 ** 2
const lookBytes = 4096
const zeros = Buffer.alloc(chunkBytes)

/** Where the text of a log begins: behind the zero bytes that a server leaves which does not append. */
export async function textStart(log: FileHandle): Promise<number> {
  const buffer = Buffer.alloc(chunkBytes)
  for (let position = 0; ; ) {
    const { bytesRead } = await log.read(buffer, 0, position === 0 ? lookBytes : chunkBytes, position)
    if (bytesRead === 0) return position
    const chunk = buffer.subarray(0, bytesRead)
    if (!chunk.equals(zeros.subarray(0, bytesRead))) return position + chunk.findIndex((byte) => byte !== 0)
    position += bytesRead
  }
}

/** Whether what begins at `start` is a text, as logs are; a database is none. */
export async function isText(log: FileHandle, start: number): Promise<boolean> {
  const { buffer, bytesRead } = await log.read(Buffer.alloc(lookBytes), 0, lookBytes, start)
  return bytesRead > 0 && !buffer.subarray(0, bytesRead).includes(0)
}
