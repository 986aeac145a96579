import { describe, expect, it } from 'vitest'
import { unbrokenText } from '../../layers/review/src/page/html/markup.ts'

const amount = (text: string): string => `<span class="amount">${text}</span>`

describe('a text on a page', () => {
  it.each([
    ['14.3 MiB to 14.7 MiB', `${amount('14.3 MiB')} to ${amount('14.7 MiB')}`],
    ['known (96.0 %); late', `known (${amount('96.0 %')}); late`],
    ['took 3 h 20 min.', `took ${amount('3 h 20 min')}.`],
    ['since 2026-11-03 14:00 UTC', 'since <time>2026-11-03</time> 14:00 UTC'],
    ['1,024 bytes', amount('1,024 bytes')],
  ])('keeps a day or an amount of “%s” on one line', (text, html) => {
    expect(unbrokenText(text).source).toBe(html)
  })

  it.each(['5 hours', 'v1.2 session', 'a 12 d_x', '&#39; s'])('leaves “%s” as it is', (text) => {
    expect(unbrokenText(text).source).not.toContain('<span')
  })
})
