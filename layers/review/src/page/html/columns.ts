import { onOneLine } from '@hubkeeper/core'
import type { Cell } from '../page.ts'
import type { TableBlock } from './table.ts'
import { unbroken } from './unbroken.ts'

/** What a column needs. */
export interface Column {
  /** Its cells end at one place, and are not broken where they are short. */
  readonly isRight: boolean
  readonly isWhole: boolean
  /** Below that it is not pressed, widths of a figure. */
  readonly least: number
  /** What is good to read. */
  readonly good: number
}

/** A word longer than that is broken, letters: where the table fits then, where it does not, and of a few columns, that they have room on any screen. */
const longestWord = { roomy: 20, tight: 15, few: 12 }
/** So few columns are never scrolled. */
const fewColumns = 2
/** Of a sentence so much stands on a line at least, letters: where the table fits then, and where it does not. */
const shortestLine = { roomy: 16, tight: 10 }
/** Of a sentence so much stands on a line where there is room, letters. */
const goodLine = 32
/** Amounts that are not broken, letters: where the table fits then, and where it does not. */
const longestWhole = { roomy: 22, tight: 14 }

/** A status of so many letters is a sign. */
const longestSign = 16

/** A letter and the space between two columns, on a screen and on paper, px; rather too much. */
const screen = { letter: 10.3, space: 15 }
const paper = { letter: 8.6, space: 13 }
/** Room on the narrowest screen, on a small one or one that shows all twice as large, on a usual one, and on paper A4, px. */
const narrowest = 300
const small = 590
const usual = 728
const widthOfPaper = 660

const textOf = (cell: Cell): string => onOneLine(typeof cell === 'string' ? cell : cell.text)

/** What the columns of a table need, so that words stay whole and prose is not pressed into a pillar. */
export function columnsOf(table: Shape): Column[] {
  const [roomy, tight] = [columnsWith(table, 'roomy'), columnsWith(table, 'tight')]
  const fits = (room: number): boolean => widthOf(tight, screen) <= room && widthOf(roomy, screen) > room
  return fits(narrowest) || widthOf(roomy, screen) > small ? tight : roomy
}

type Shape = Omit<TableBlock, 'kind' | 'caption'>

function columnsWith({ header, right = [], rows }: Shape, how: 'roomy' | 'tight'): Column[] {
  return header.map((head, i) => {
    const cells = rows.flatMap((row) => row[i] ?? [])
    const isRight = right.includes(i)
    const longest = greatest(cells.map(lengthOf))
    const isWhole = isRight && longest <= longestWhole[how]
    const most = longestWord[header.length > fewColumns ? how : 'few']
    const word = greatest([headWidthOf(head, most), ...cells.map((cell) => longestWordOf(cell, most))])
    const least = isWhole ? Math.max(word, longest) : Math.max(word, Math.min(longest, shortestLine[how]))
    return { isRight, isWhole, least, good: isWhole ? least : Math.max(least, Math.min(longest, goodLine)) }
  })
}

/** Whether a table with such columns may be scrolled sideways on a narrow screen. */
export const isScrolled = (columns: readonly Column[]): boolean => columns.length > fewColumns

/** How wide a table is that is scrolled anyway, px: no wider than a usual screen. */
export const goodWidth = (columns: readonly Column[]): number =>
  Math.min(
    usual,
    widthOf(
      columns.map(({ good }) => ({ least: good })),
      screen,
    ),
  )

/** Whether it is too wide for a usual screen: it is set in smaller letters, so that less of it has to be scrolled to. */
export const isDense = (columns: readonly Column[]): boolean => widthOf(columns, screen) > usual

/** Whether it is too wide for paper, which nobody can scroll. */
export const isBroad = (columns: readonly Column[]): boolean => widthOf(columns, paper) > widthOfPaper

const widthOf = (columns: readonly Pick<Column, 'least'>[], { letter, space }: typeof screen): number =>
  columns.reduce((sum, { least }) => sum + least * letter + space, 0)

/** Whether a status is said in a word or two, which stay together; anything longer is a sentence. */
export const isSign = (cell: Cell): boolean =>
  typeof cell !== 'string' && [...textOf(cell)].length <= longestSign

/** The shape of a status takes the room of two letters. */
const shapeOf = (cell: Cell): number => (typeof cell === 'string' ? 0 : 2)

const lengthOf = (cell: Cell): number => [...textOf(cell)].length + shapeOf(cell)

const longestWordOf = (cell: Cell, most: number): number =>
  isSign(cell)
    ? lengthOf(cell)
    : Math.min(
        most,
        greatest(
          textOf(cell)
            .replace(unbroken, (part) => part.replaceAll(' ', '_'))
            .split(/\s|(?<!\d)-|-(?!\d)/)
            .map((word) => [...word].length),
        ),
      ) + shapeOf(cell)

/** Heads are bold: a short one, such as `now`, is wider than as many figures. */
function headWidthOf(head: string, most: number): number {
  const word = longestWordOf(head, most)
  return word > 0 && word <= 4 ? word + 1 : word
}

const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), 0)
