import type { Figure } from '../report.ts'
import { formatValue } from './value.ts'

/** Figures as rows of cells under a header. */
export interface FigureTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const groupOf = ({ name }: Figure): string => name.split('.')[0] ?? name

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

/**
 * Figures arranged for reading: those that tell several things of several subjects, such as rows and
 * bytes of each table, with a row per subject; all others in one list.
 */
export function figureTables(figures: readonly Figure[]): FigureTable[] {
  const groups = [...Map.groupBy(figures, groupOf)]
  const isMatrix = (group: readonly Figure[]): boolean =>
    unique(group.map(({ name }) => name)).length > 1 && unique(group.map(({ subject }) => subject)).length > 1
  const list = groups.filter(([, group]) => !isMatrix(group)).flatMap(([, group]) => group)
  const matrices = groups.filter(([, group]) => isMatrix(group))
  return [
    ...(list.length === 0 ? [] : [listOf(list)]),
    ...matrices.map(([name, group]) => matrixOf(name, group)),
  ]
}

const listOf = (figures: readonly Figure[]): FigureTable => ({
  header: ['figure', 'of', 'value'],
  rows: figures.map(({ name, subject, unit, value }) => [name, subject ?? '', formatValue(value, unit)]),
})

function matrixOf(group: string, figures: readonly Figure[]): FigureTable {
  const names = unique(figures.map(({ name }) => name))
  const cell = (subject: string | null, name: string): string => {
    const found = figures.find((figure) => figure.subject === subject && figure.name === name)
    return found === undefined ? '–' : formatValue(found.value, found.unit)
  }
  return {
    header: [group, ...names.map((name) => name.slice(group.length + 1).replaceAll('-', ' '))],
    rows: unique(figures.map(({ subject }) => subject)).map((subject) => [
      subject ?? '',
      ...names.map((name) => cell(subject, name)),
    ]),
  }
}
