import type { DatabaseSync } from 'node:sqlite'
import type { ExaminationPart, Outcome } from '@hubkeeper/core'
import { digestDatabase } from '../digest/database.ts'
import { nativeSource } from '../digest/native-source.ts'
import { checkForeignKeys } from '../examine/foreign-keys.ts'
import { findHazards } from '../examine/hazards.ts'
import { checkIntegrity } from '../examine/integrity.ts'
import { checkSearchIndexes } from '../examine/search-indexes.ts'
import { readStatistics } from '../examine/statistics.ts'
import { type Header, readHeader, readStructure } from '../examine/structure.ts'
import { openHostile } from './connection.ts'
import { failedWith, sniff } from './fault.ts'
import type { Job } from './protocol.ts'

/** Tells of a part as soon as it is done, so that it is not lost when a later one is ended. */
export type Emit = (part: ExaminationPart, outcome: Outcome<unknown>) => Promise<void>

/** Looks at every part of a file at rest, in order. */
export async function examine(
  job: Extract<Job, { kind: 'examine' }>,
  heapLimit: number,
  emit: Emit,
): Promise<void> {
  const { parts, path, scratchWritable } = job
  const wanted: ExaminationPart[] = ['structure', ...parts.filter((part) => part !== 'structure')]
  const fault = sniff(path)
  if (fault !== null) {
    for (const part of wanted) await emit(part, { state: 'fault', fault })
    return
  }
  const header = readHeader(path)
  const database = openHostile(path, { readOnly: !scratchWritable, heapLimit })
  try {
    for (const part of wanted) await emit(part, look(part, database, header, job))
  } finally {
    database.close()
  }
}

function look(
  part: ExaminationPart,
  database: DatabaseSync,
  header: Header,
  { path, scratchWritable }: Extract<Job, { kind: 'examine' }>,
): Outcome<unknown> {
  try {
    switch (part) {
      case 'structure':
        return { state: 'done', value: readStructure(database, header) }
      case 'integrity':
        return checkIntegrity(database, path)
      case 'foreign-keys':
        return { state: 'done', value: checkForeignKeys(database) }
      case 'search-indexes':
        return { state: 'done', value: checkSearchIndexes(database, path, scratchWritable) }
      case 'hazards':
        return { state: 'done', value: findHazards(database, header) }
      case 'digest':
        return { state: 'done', value: digestDatabase(nativeSource(database)) }
      case 'statistics':
        return { state: 'done', value: readStatistics(database) }
    }
  } catch (error) {
    return failedWith(error, path)
  }
}
