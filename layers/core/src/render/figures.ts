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
  const groups = [...Map.groupBy(figures, groupOf)].flatMap(([name, group]) =>
    ofSameSubjects(group).map((part) => ({ name, part })),
  )
  const list = groups.filter(({ part }) => !isMatrix(part)).flatMap(({ part }) => part)
  const matrices = groups.filter(({ part }) => isMatrix(part))
  return [
    ...(list.length === 0 ? [] : [listOf(list)]),
    ...matrices.map(({ name, part }) => matrixOf(name, part)),
  ]
}

const isMatrix = (figures: readonly Figure[]): boolean =>
  unique(figures.map(({ name }) => name)).length > 1 &&
  unique(figures.map(({ subject }) => subject)).length > 1

/** Parts of which no figure tells of a subject that another part tells of; what is of no subject is one of them. */
function ofSameSubjects(figures: readonly Figure[]): Figure[][] {
  const alone = figures.filter(({ subject }) => subject === null)
  const parts: { readonly names: Set<string>; readonly subjects: Set<string | null> }[] = []
  for (const { name, subject } of figures) {
    if (subject === null) continue
    const touched = parts.filter((part) => part.names.has(name) || part.subjects.has(subject))
    const joined = { names: new Set([name]), subjects: new Set<string | null>([subject]) }
    for (const part of touched) {
      for (const each of part.names) joined.names.add(each)
      for (const each of part.subjects) joined.subjects.add(each)
      parts.splice(parts.indexOf(part), 1)
    }
    parts.push(joined)
  }
  const told = parts.map(({ names }) =>
    figures.filter(({ name, subject }) => subject !== null && names.has(name)),
  )
  return [...(alone.length === 0 ? [] : [alone]), ...told]
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
