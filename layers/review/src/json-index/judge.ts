import { judgeCatalogue } from './catalogue.ts'
import { type FlawCounts, firstFlaws } from './first-flaws.ts'
import type { UnderstoodIndex } from './layout.ts'
import type { IndexedRows } from './rows.ts'
import { printJson, styleOf } from './style.ts'
import { judgeTopicIndex } from './topic-index.ts'
import { judgeTopicList } from './topic-list.ts'
import type { IndexFlaw, Judged } from './verdict.ts'

/** What an index and the database do not have in common. */
export interface IndexJudgement {
  /** Entries of the index. */
  readonly entries: number
  /** Of all flaws. */
  readonly counts: FlawCounts
  /** The first 10,000, and 20 of each kind where there are as many. */
  readonly flaws: readonly IndexFlaw[]
  /** The whole text as it ought to be: order, unknown names and the way it is written stay. Null where it is right. */
  readonly renewed: string | null
  /** Why it cannot be made anew from the database, in words; null where it can. */
  readonly refused: string | null
  /** Rows of the database that do not say enough to be compared: without an id, or with what cannot be read. */
  readonly uncompared: number
}

/** Judges an index by the rows that it is made from. Null where the database has none of the tables it needs. */
export function judgeJsonIndex(index: UnderstoodIndex, rows: IndexedRows): IndexJudgement | null {
  const judged = judge(index, rows)
  if (judged === null) return null
  const { entries, refused, root, uncompared } = judged
  const told = { entries, ...firstFlaws(judged.flaws), refused, uncompared }
  if (judged.flaws.length === 0 || refused !== null) {
    return { ...told, renewed: null }
  }
  const { after, before, text } = index
  const renewed = before + printJson(root, styleOf(text, index)) + after
  return { ...told, renewed }
}

function judge(index: UnderstoodIndex, rows: IndexedRows): Judged | null {
  switch (index.layout) {
    case 'catalogue':
      return judgeCatalogue(index.root, rows)
    case 'topic-index':
      return judgeTopicIndex(index.root, rows)
    case 'topic-list':
      return judgeTopicList(index.root, rows, index.column)
  }
}
