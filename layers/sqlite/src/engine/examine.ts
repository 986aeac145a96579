import type { DatabaseSync } from 'node:sqlite'
import type { ExaminationPart, Outcome } from '@hubkeeper/core'
import { digestDatabase } from '../digest/database.ts'
import { nativeSource, readSchema } from '../digest/native-source.ts'
import { readContents } from '../examine/contents.ts'
import { checkForeignKeys } from '../examine/foreign-keys.ts'
import { findHazards } from '../examine/hazards.ts'
import { type Header, readHeader } from '../examine/header.ts'
import { checkIntegrity } from '../examine/integrity.ts'
import { checkSearchIndexes } from '../examine/search-indexes.ts'
import { readStatistics } from '../examine/statistics.ts'
import { readStructure } from '../examine/structure.ts'
import { fullTextIndexes } from '../schema/full-text.ts'
import { openHostile } from './connection.ts'
import { failedWith, sniff } from './fault.ts'
import type { Job } from './protocol.ts'

type ExamineJob = Extract<Job, { kind: 'examine' }>

/** Tells of a part as soon as it is done, so that it is not lost when a later one is ended. */
export type Emit = (part: ExaminationPart, outcome: Outcome<unknown>) => Promise<void>

/** Looks at every part of a file at rest, in order. */
export async function examine(job: ExamineJob, heapLimit: number, emit: Emit): Promise<void> {
  const { parts, path } = job
  const wanted: ExaminationPart[] = ['structure', ...parts.filter((part) => part !== 'structure')]
  const opened = open(path, heapLimit)
  if (opened.state !== 'done') {
    for (const part of wanted) await emit(part, opened)
    return
  }
  const { database, header } = opened.value
  try {
    const look = lookAt(database, header, job, heapLimit)
    for (const part of wanted) await emit(part, look(part))
  } finally {
    database.close()
  }
}

/** Opens a file at rest; what keeps it from being opened is true of every part. */
function open(path: string, heapLimit: number): Outcome<{ database: DatabaseSync; header: Header }> {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  try {
    const header = readHeader(path)
    const database = openHostile(path, { readOnly: true, immutable: true, heapLimit })
    return { state: 'done', value: { database, header } }
  } catch (error) {
    return failedWith(error, path)
  }
}

/** Looks at one part after the other; what one of them finds can spare a later one its work. */
function lookAt(
  database: DatabaseSync,
  header: Header,
  { path, scratch }: ExamineJob,
  heapLimit: number,
): (part: ExaminationPart) => Outcome<unknown> {
  let reported: ReadonlyMap<string, string> | null = null
  const indexes = () => fullTextIndexes(readSchema(database))

  const look = (part: ExaminationPart): unknown => {
    switch (part) {
      case 'structure':
        return readStructure(database, header)
      case 'foreign-keys':
        return checkForeignKeys(database)
      case 'search-indexes':
        return checkSearchIndexes(indexes(), { path, scratch, heapLimit, reported })
      case 'hazards':
        return findHazards(database, header)
      case 'digest':
        return digestDatabase(nativeSource(database))
      case 'contents':
        return readContents(database)
      case 'statistics':
        return readStatistics(database)
      case 'integrity':
        throw new TypeError('integrity has an outcome of its own')
    }
  }
  return (part) => {
    try {
      if (part !== 'integrity') return { state: 'done', value: look(part) }
      const report = checkIntegrity(database, path, indexes())
      reported = report.fullText
      return report.outcome
    } catch (error) {
      return failedWith(error, path)
    }
  }
}
