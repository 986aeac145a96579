import { DatabaseSync } from 'node:sqlite'
import type { BaseName } from './bases.ts'
import type { Damage, Expected, Patient } from './damage.ts'
import { changeBytes, type Pages } from './pages.ts'
import type { Random } from './random.ts'

type Bases = readonly [BaseName, ...BaseName[]]

/** Damage done to the bytes. */
export const bytes = (
  name: string,
  bases: Bases,
  change: (pages: Pages, random: Random, patient: Patient) => void,
  expected: Damage['expected'],
): Damage => ({
  name,
  bases,
  apply: (patient) => changeBytes(patient.path, (pages) => change(pages, patient.random, patient)),
  expected,
})

/** Runs SQL as one who may write everything, the schema too, and checks nothing. */
export function writeAnything(path: string, sql: string): void {
  const database = new DatabaseSync(path, { defensive: false, enableForeignKeyConstraints: false })
  try {
    database.exec(
      'PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF',
    )
    database.exec(sql)
  } finally {
    database.close()
  }
}

/** Damage done by statements, each step by a connection of its own, which reads the schema anew. */
export const sql = (
  name: string,
  bases: Bases,
  steps: string | readonly string[] | ((random: Random) => string),
  expected: Expected | readonly Expected[],
): Damage => ({
  name,
  bases,
  apply({ path, random }) {
    const all = typeof steps === 'function' ? [steps(random)] : typeof steps === 'string' ? [steps] : steps
    for (const step of all) writeAnything(path, step)
  },
  expected,
})
