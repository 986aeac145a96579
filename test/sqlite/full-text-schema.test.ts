import { describe, expect, it } from 'vitest'
import { contentRowidOf, fullTextIndexes } from '../../layers/sqlite/src/schema/full-text.ts'
import { parseVirtualTable } from '../../layers/sqlite/src/schema/virtual-table.ts'

/** Where an index has its text, by the statement that made it. */
const contentIn = (args: string, module = 'fts5'): string | undefined => {
  const sql = `CREATE VIRTUAL TABLE words USING ${module}${args}`
  return fullTextIndexes([{ type: 'table', name: 'words', table: 'words', sql }])[0]?.content
}

describe('the statement of a virtual table', () => {
  it('is read as SQLite does: space and comments around an argument are none of it', () => {
    const sql = `CREATE VIRTUAL TABLE words USING fts5 (
      title, -- as it is shown
      content='articles', /* the text, (all of it) */
      content_rowid = 'id' -- never another
    )`
    const table = parseVirtualTable(sql)
    expect(table?.args).toEqual(['title', "content='articles'", "content_rowid = 'id'"])
    expect(table === null ? null : contentRowidOf(table)).toBe('id')
  })

  it.each([
    ["(title, content='articles')", 'external'],
    [" (content='articles', title)", 'external'],
    ["(title, content='' /* nothing is kept */)", 'contentless'],
    ["(title, -- nothing is kept\n content='')", 'contentless'],
    ['(title, content=)', 'contentless'],
    ["(title, cont='')", 'contentless'],
    ['(title, tokenize="unicode61 separators \'),(\'", c=articles)', 'external'],
    ['(title, contents)', 'own'],
    ['', 'own'],
  ])('of FTS5 %s: the text is %s', (args, content) => expect(contentIn(args)).toBe(content))

  it('of FTS3 has a column called content, and no option', () => {
    expect(contentIn("(content='articles', title)", 'fts3')).toBe('own')
    expect(contentIn("(content='articles', title)", 'fts4')).toBe('external')
  })
})
