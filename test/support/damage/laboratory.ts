import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { digestDatabase } from '../../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../../layers/sqlite/src/digest/native-source.ts'
import { type BaseName, makeBase } from './bases.ts'
import type { Damage, Patient } from './damage.ts'
import { createRandom } from './random.ts'

/** A base as it was made, sound. */
interface Original {
  readonly path: string
  /** Content digest of the file at rest. */
  readonly digest: string
  /** With what is in the WAL beside it. */
  readonly digestWithWal: string
}

/** A damaged database in a directory of its own. */
export interface Case extends Patient {
  readonly original: Original
  /** Where the database is, with what lies beside it. */
  readonly directory: string
  /** An empty directory for whoever looks at it. */
  readonly scratch: string
  dispose(): void
}

/** Makes damaged databases; each base is made once. */
export interface Laboratory {
  caseOf(damage: Damage, seed: number): Case
  dispose(): void
}

/** The content digest of a sound file; of the file alone, when it is at rest. */
function digestOf(path: string, atRest: boolean): string {
  const url = new URL(`file://${path}${atRest ? '?immutable=1' : ''}`)
  const database = new DatabaseSync(url, { readOnly: true })
  try {
    return digestDatabase(nativeSource(database)).value
  } finally {
    database.close()
  }
}

function copyBase(from: string, to: string): void {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
}

/** A new laboratory in a temporary directory. */
export function createLaboratory(): Laboratory {
  const root = mkdtempSync(join(tmpdir(), 'hubkeeper-damage-'))
  const originals = new Map<BaseName, Original>()

  const originalOf = (base: BaseName): Original => {
    const known = originals.get(base)
    if (known !== undefined) return known
    const path = join(root, `${base}.db`)
    makeBase(base, path)
    const live = join(root, `${base}-live.db`)
    copyBase(path, live)
    const made = { path, digest: digestOf(path, true), digestWithWal: digestOf(live, false) }
    originals.set(base, made)
    return made
  }

  return {
    caseOf(damage, seed) {
      const base = damage.bases[seed % damage.bases.length] ?? damage.bases[0]
      const original = originalOf(base)
      const home = mkdtempSync(join(root, 'case-'))
      const [directory, scratch] = [join(home, 'hub'), join(home, 'scratch')]
      mkdirSync(directory)
      mkdirSync(scratch)
      const patient = { path: join(directory, 'hub.db'), base, random: createRandom(seed) }
      copyBase(original.path, patient.path)
      damage.apply(patient)
      const dispose = (): void => rmSync(home, { recursive: true, force: true })
      return { ...patient, original, directory, scratch, dispose }
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** SHA-256 of every file of a directory by its name; of what is no file, what it is. */
export function stateOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => {
      const path = join(directory, name)
      if (!lstatSync(path).isFile()) return [name, 'no file']
      return [name, createHash('sha256').update(readFileSync(path)).digest('hex')]
    }),
  )
}
