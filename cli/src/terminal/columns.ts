import { stripVTControlCharacters } from 'node:util'

const width = (text: string): number => stripVTControlCharacters(text).length

/** Rows as aligned columns, two spaces apart, no trailing space; cells of `isRight` columns end at one place. */
export function columns(
  rows: readonly (readonly string[])[],
  indent = '',
  isRight: (column: number) => boolean = () => false,
): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell))
    })
  }
  const padded = (cell: string, i: number): string => {
    const space = ' '.repeat((widths[i] ?? 0) - width(cell))
    return isRight(i) ? space + cell : cell + space
  }
  const line = (row: readonly string[]): string => row.map(padded).join('  ')
  return rows.map((row) => (indent + line(row)).trimEnd()).join('\n')
}
