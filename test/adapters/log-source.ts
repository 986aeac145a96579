import { gzipSync } from 'node:zlib'
import type { LogSource } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

/** What every source of logs does, whatever it stands on; `makeLogs` gets the files that there are. */
export function logSourceContract(
  name: string,
  makeLogs: (files: Readonly<Record<string, Uint8Array>>) => Promise<LogSource>,
): void {
  describe(`${name}, for logs`, () => {
    const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
      const parts: Uint8Array[] = []
      for await (const chunk of chunks) parts.push(chunk)
      return Buffer.concat(parts).toString()
    }

    it('are read from an offset, and compressed ones as what they were', async () => {
      const logs = await makeLogs({ 'a.log': Buffer.from('one\ntwo\n'), 'b.log.gz': gzipSync('three\n') })
      expect((await logs.files()).map(({ key }) => key)).toEqual(['a.log', 'b.log.gz'])
      expect(await textOf(logs.read('a.log', 4))).toBe('two\n')
      expect(await textOf(logs.read('b.log.gz'))).toBe('three\n')
    })

    it('that are gone, or not the gzip they claim to be, are named', async () => {
      const logs = await makeLogs({ 'a.gz': Buffer.from('not compressed at all') })
      await expect(textOf(logs.read('nothing'))).rejects.toMatchObject({ code: 'object-missing' })
      await expect(textOf(logs.read('a.gz'))).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('a.gz cannot be decompressed'),
      })
    })
  })
}
