import { markdownText, plainLine } from '@hubkeeper/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const anyText = fc.string({ unit: 'binary', maxLength: 400 })
const control = String.fromCodePoint(27)

describe('a text of strangers as one plain line', () => {
  it.each([
    ['lines become one', ' a\r\n\tb\u2028c ', 'a b c'],
    [
      'colours and orders to a terminal go',
      `${control}[31mred${control}[0m ${control}]0;title\u0007x`,
      'red x',
    ],
    ['other control characters go', 'a\u0000\u0008b\u009bc', 'a b'],
    ['what turns the direction of reading shows', 'abc\u202egpj.exe', 'abc\ufffdgpj.exe'],
    ['what is invisible shows', 'reque\u200bsts\ufeff', 'reque\ufffdsts'],
    ['other scripts stay', 'Größe 大きさ 👍', 'Größe 大きさ 👍'],
  ])('%s', (_, text, expected) => {
    expect(plainLine(text)).toBe(expected)
  })

  it('what is left out is told, and no character is cut in two', () => {
    expect(plainLine('abcdef', 4)).toBe('abc…')
    expect(plainLine('ab👍👍', 4)).toBe('ab…')
    expect(plainLine(`x${' '.repeat(5000)}y`, 10)).toBe('x…')
  })

  it('whatever the text, it is one bounded line without control or invisible characters', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 100 }), (text, max) => {
        const line = plainLine(text, max)
        expect(line.length).toBeLessThanOrEqual(max)
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(plainLine(line, max)).toBe(line)
      }),
    )
  })
})

describe('the same for a document in Markdown', () => {
  it.each([
    [
      'markup',
      '**b** `c` <img src=x> [a](b) | ~~d~~',
      '\\*\\*b\\*\\* \\`c\\` \\<img src=x\\> \\[a\\](b) \\| \\~\\~d\\~\\~',
    ],
    ['entities', '&lt;', '\\&lt;'],
    ['headings and lists', '# a', '\\# a'],
    ['lists', '- a', '\\- a'],
    ['numbers of lists', '1. a', '1\\. a'],
    ['a version stays', '1.2.3 - x', '1.2.3 - x'],
  ])('%s', (_, text, expected) => {
    expect(markdownText(text)).toBe(expected)
  })
})
