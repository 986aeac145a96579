import { HubkeeperError, readTexts, type SearchedText, type UnsearchedText } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<(SearchedText | UnsearchedText)[]> {
  const texts: (SearchedText | UnsearchedText)[] = []
  for await (const text of readTexts({ place: 'a.conf', kind: 'config', chunks })) texts.push(text)
  return texts
}

/** Bytes, so many at once. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('a text that comes in small pieces', () => {
  it.each([
    ['UTF-16 with its mark', Buffer.from('\ufeffkey = värde\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('password = abcdefgh\n', 'utf16le')],
    ['UTF-8', Buffer.from('key = värde\n')],
    ['bytes', Buffer.from([...Array(40).keys()].flatMap((i) => [0, i, 0, 0]))],
  ])('is taken for what it is: %s', async (_, bytes) => {
    const whole = await collect(inPieces(bytes, bytes.length))
    for (const size of [1, 3]) expect(await collect(inPieces(bytes, size))).toEqual(whole)
  })

  it('is searched up to where its reading fails, which is told', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('key = ')
      yield Buffer.from('one\n')
      throw new HubkeeperError('io', 'it ends here', { hint: 'none' })
    }
    expect(await collect(broken())).toMatchObject([
      { state: 'read', text: 'key = one\n' },
      { state: 'unread', reason: 'it ends here' },
    ])
  })
})
