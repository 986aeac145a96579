import {
  type BackupReader,
  type ContentDigest,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  formatDuration,
  type Outcome,
  type RestoredCopy,
  reasonOf,
  type Snapshot,
  type TableComparison,
  toWrite,
} from '@hubkeeper/core'
import type { Chosen } from './context.ts'
import { type FilesBeside, leftAlone } from './files.ts'

/** What of a preview goes into a report. */
export interface Preview {
  readonly figures: readonly Figure[]
  /** What has to be said of it. */
  readonly remarks: readonly string[]
}

/** Compares the database now with a verified backup, row by row. */
export async function previewDatabase(
  backups: BackupReader,
  content: Outcome<Snapshot>,
  { copy, digest }: { readonly copy: RestoredCopy; readonly digest: ContentDigest | null },
): Promise<Preview> {
  const then = digest?.tables ?? []
  const sizes = [figure('restore.bytes-in-backup', copy.bytes, 'bytes')]
  const alone = (reason: string): Preview => ({
    figures: [...sizes, ...then.map(({ name, rows }) => figure('table.rows-in-backup', rows, 'rows', name))],
    remarks: [`what is there now cannot be compared: ${reason}`],
  })
  if (content.state !== 'done') return alone(reasonOf(content))
  sizes.unshift(figure('restore.bytes-now', content.value.bytes, 'bytes'))
  const compared = await backups.compare(content.value.path, copy.path)
  if (compared.state === 'done') {
    // What is no row does not show in a comparison of rows.
    const hidden = compared.value.every(isEqual) && content.value.sha256 !== copy.sha256
    return {
      figures: [...sizes, ...rowFigures(compared.value)],
      remarks: hidden
        ? [
            'all rows are equal, and the files are not: indexes, views, triggers, settings or free space differ',
          ]
        : [],
    }
  }
  const counted = digest === null ? null : (await content.value.examine(['digest'])).digest
  if (counted?.state !== 'done') return alone(reasonOf(counted ?? compared))
  return {
    figures: [...sizes, ...countFigures(counted.value, then)],
    remarks: [`rows cannot be compared one by one: ${reasonOf(compared)}`],
  }
}

const isEqual = ({ added, changed, lost, rowsAfter, rowsBefore }: TableComparison): boolean =>
  added === 0 && changed === 0 && lost === 0 && rowsAfter !== null && rowsBefore !== null

/** Rows of the tables that differ, and how many do not. */
function rowFigures(tables: readonly TableComparison[]): Figure[] {
  const differing = tables.filter((table) => !isEqual(table))
  return [
    ...differing.flatMap(({ added, changed, lost, name, rowsAfter, rowsBefore }) => [
      ...(rowsBefore === null ? [] : [figure('table.rows-now', rowsBefore, 'rows', name)]),
      ...(rowsAfter === null ? [] : [figure('table.rows-in-backup', rowsAfter, 'rows', name)]),
      figure('table.rows-added', added, 'rows', name),
      figure('table.rows-changed', changed, 'rows', name),
      figure('table.rows-lost', lost, 'rows', name),
    ]),
    figure('restore.equal-tables', tables.length - differing.length, 'count'),
  ]
}

/** Rows of the tables whose digests differ, and how many do not. */
export function countFigures(now: ContentDigest, then: ContentDigest['tables']): Figure[] {
  const names = [...new Set([...now.tables, ...then].map(({ name }) => name))]
  const pairs = names.map((name) => ({
    name,
    before: now.tables.find((table) => table.name === name),
    after: then.find((table) => table.name === name),
  }))
  const differing = pairs.filter(({ after, before }) => before?.digest !== after?.digest)
  return [
    ...differing.flatMap(({ after, before, name }) => [
      ...(before === undefined ? [] : [figure('table.rows-now', before.rows, 'rows', name)]),
      ...(after === undefined ? [] : [figure('table.rows-in-backup', after.rows, 'rows', name)]),
    ]),
    figure('restore.equal-tables', pairs.length - differing.length, 'count'),
  ]
}

/** What a restore would do with the files of the hub, or does not, as the database alone is asked for. */
export function previewFiles(
  { backup }: Chosen,
  beside: FilesBeside | null,
  included: boolean,
): { readonly findings: readonly Finding[]; readonly figures: readonly Figure[] } {
  const kept = backup.manifest.files.length
  if (beside === null) {
    const actual = kept === 0 ? 'no files were kept with it' : `${kept} files were kept with it`
    return { findings: [finding('files.restored', 'skipped', { actual })], figures: [] }
  }
  const { onlyHere, planned } = beside.plan
  const changed = planned.filter(({ state }) => state === 'changed')
  const missing = planned.filter(({ state }) => state === 'missing')
  const differing = toWrite(beside.plan).length
  const how = included
    ? `dry run: ${differing} of ${kept} files would be put back`
    : differing === 0
      ? 'the files are as in the backup'
      : `${differing} of ${kept} files differ, and stay as they are: add --with-files to put them back as well`
  return {
    findings: [
      finding('files.restored', 'skipped', {
        actual: how,
        evidence: [
          ...changed.map(({ file }) => `changed: ${file.key} (${formatBytes(file.bytes)} in the backup)`),
          ...missing.map(({ file }) => `missing: ${file.key} (${formatBytes(file.bytes)} in the backup)`),
          ...leftAlone(beside.plan),
        ],
      }),
    ],
    figures: [
      figure('kept-files.same', planned.length - differing, 'count'),
      figure('kept-files.changed', changed.length, 'count'),
      figure('kept-files.missing', missing.length, 'count'),
      figure('kept-files.only-here', onlyHere.length, 'count'),
    ],
  }
}

/** `taken 3 h 20 min ago`; or that a clock is off. */
export function describeAge(takenAt: string, now: Date): string {
  const age = now.getTime() - Date.parse(takenAt)
  return age < 0
    ? `taken ${formatDuration(-age)} later than this clock shows`
    : `taken ${formatDuration(age)} ago`
}
