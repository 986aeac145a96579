import type { Outcome, TableComparison } from '@hubkeeper/core'
import { failedWith, sniff } from '../engine/fault.ts'
import type { Job } from '../engine/protocol.ts'
import { openSide, type Side, SideError } from './side.ts'
import { compareTable } from './table.ts'

type CompareJob = Extract<Job, { kind: 'compare' }>

/** What became of the rows of each table that counts for the content digest, from one file at rest to another. */
export function compareFiles({ after, before }: CompareJob, heapLimit: number): Outcome<TableComparison[]> {
  const fault = sniff(before) ?? sniff(after)
  if (fault !== null) return { state: 'fault', fault }
  const opened: Side[] = []
  const open = (path: string): Side => {
    const side = openSide(path, heapLimit)
    opened.push(side)
    return side
  }
  try {
    const [old, now] = [open(before), open(after)]
    const names = new Set([...old.tables, ...now.tables])
    return { state: 'done', value: [...names].map((name) => compareTable(name, old, now)) }
  } catch (error) {
    if (error instanceof SideError) return failedWith(error.cause, error.path)
    throw error
  } finally {
    for (const side of opened) side.close()
  }
}
