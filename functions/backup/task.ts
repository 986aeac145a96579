import {
  copyKeptFiles,
  daily,
  defineTask,
  gibibytes,
  keepBackup,
  minutes,
  refuseCircumstances,
  unreadable,
} from '@hubkeeper/core'
import * as z from 'zod'
import { followLastRestore } from './restoration.ts'

/** Copies the database, reads the copy back and certifies what is true of it. */
export const backup = defineTask({
  name: 'backup',
  title: 'Daily backup',
  summary: 'A consistent copy of the database, read back, checked and certified',
  schedule: daily('04:30'),
  access: { database: 'read', backups: 'write', files: 'copy', ledger: 'hold' },
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: z.strictObject({
    force: z.boolean().default(false).describe('make one even when nothing changed'),
  }),
  async run(context, { force }) {
    const { database, progress } = context
    progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
    const snapshot = await database.snapshot()
    if (snapshot.state !== 'done') {
      refuseCircumstances(snapshot)
      return { findings: [unreadable(snapshot, database.key)] }
    }
    const kept = await copyKeptFiles(context)
    const { proven: _, ...result } = await keepBackup(context, snapshot.value, kept, force)
    return {
      ...result,
      findings: [...result.findings, ...kept.findings, ...(await followLastRestore(context, snapshot.value))],
      figures: [...(result.figures ?? []), ...kept.figures],
    }
  },
})
