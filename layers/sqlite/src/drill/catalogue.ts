import { type Detector, reasonOf } from '@hubkeeper/core'
import type { Engine } from '../engine/engine.ts'
import { append, flipBit, type Planted, truncate, zeroPage } from './bytes.ts'
import { type ChainPatient, loseBackup, tamper } from './chain.ts'
import type { Choose } from './places.ts'
import type { PlantStep } from './plant.ts'

/** A copy of the canary, free to be damaged. */
export interface Patient {
  readonly path: string
  /** Bytes. */
  readonly pageSize: number
  readonly engine: Pick<Engine, 'plant'>
}

/** Which planting of a fault it is, from 0, and where. */
export interface Spot {
  readonly sample: number
  readonly choose: Choose
}

interface Named {
  readonly name: string
  readonly title: string
  /** Each of these has to notice it. */
  readonly expected: readonly [Detector, ...Detector[]]
  /** How often it is planted; as often as asked where its place is random. */
  readonly times: number | 'samples'
}

/** A fault of a database file. */
interface FileFault extends Named {
  readonly of: 'file'
  /** Which state of the canary it is planted in: the one that was certified, or the one before. */
  readonly state: 'certified' | 'older'
  /** @throws PlantingFailedError when it cannot be planted */
  plant(patient: Patient, spot: Spot): Promise<Planted>
}

/** A fault of the chain of certificates. */
interface ChainFault extends Named {
  readonly of: 'chain'
  plant(patient: ChainPatient, spot: Spot): Promise<Planted>
}

/** One fault that can be planted. */
export type CatalogueFault = FileFault | ChainFault

/** A fault could not be planted. */
export class PlantingFailedError extends Error {
  override readonly name = 'PlantingFailedError'
}

/** Planted through SQLite, one step after the other. */
const bySql =
  (...steps: readonly [PlantStep, ...PlantStep[]]): FileFault['plant'] =>
  async ({ engine, path }, { choose, sample }) => {
    const step = steps[sample % steps.length] ?? steps[0]
    const planted = await engine.plant(path, step, choose('row', 2 ** 31))
    if (planted.state !== 'done') throw new PlantingFailedError(reasonOf(planted))
    return { place: planted.value, undo: null }
  }

/** What is drilled (`docs/drills.md`). */
export const catalogue: readonly CatalogueFault[] = [
  {
    name: 'flipped-bit',
    title: 'A bit flipped',
    expected: ['bytes'],
    times: 'samples',
    of: 'file',
    state: 'certified',
    plant: ({ path }, { choose }) => flipBit(path, choose),
  },
  {
    name: 'zeroed-page',
    title: 'A page became zero',
    expected: ['bytes'],
    times: 'samples',
    of: 'file',
    state: 'certified',
    plant: ({ pageSize, path }, { choose }) => zeroPage(path, choose, pageSize),
  },
  {
    name: 'truncation',
    title: 'A page or more missing at the end',
    expected: ['bytes', 'structure', 'cross-check'],
    times: 'samples',
    of: 'file',
    state: 'certified',
    plant: ({ pageSize, path }, { choose }) => truncate(path, choose, pageSize),
  },
  {
    name: 'appended-bytes',
    title: 'Bytes appended',
    expected: ['bytes'],
    times: 'samples',
    of: 'file',
    state: 'certified',
    plant: ({ path }, { choose }) => append(path, choose),
  },
  {
    name: 'missing-wal',
    title: 'Copied without its WAL',
    expected: ['bytes', 'content', 'vanished'],
    times: 1,
    of: 'file',
    state: 'older',
    plant: bySql('missing-wal'),
  },
  {
    name: 'stale-copy',
    title: 'An older state',
    expected: ['bytes', 'content', 'vanished'],
    times: 1,
    of: 'file',
    state: 'older',
    plant: async () => ({ place: 'the state before the last writes', undo: null }),
  },
  {
    name: 'emptied-table',
    title: 'A table emptied',
    expected: ['bytes', 'content', 'vanished'],
    times: 1,
    of: 'file',
    state: 'certified',
    plant: bySql('emptied-table'),
  },
  {
    name: 'wrong-schema',
    title: 'A table gone, and a column',
    expected: ['bytes', 'content'],
    times: 2,
    of: 'file',
    state: 'certified',
    plant: bySql('missing-table', 'missing-column'),
  },
  {
    name: 'dropped-index-row',
    title: 'An index lacks a row of its table',
    expected: ['bytes', 'integrity', 'cross-check'],
    times: 1,
    of: 'file',
    state: 'certified',
    plant: bySql('dropped-index-row'),
  },
  {
    name: 'broken-foreign-key',
    title: 'A row without its parent',
    expected: ['bytes', 'foreign-keys', 'content'],
    times: 1,
    of: 'file',
    state: 'certified',
    plant: bySql('broken-foreign-key'),
  },
  {
    name: 'broken-fts-index',
    title: 'A full-text index lacks a block',
    expected: ['bytes', 'search-indexes'],
    times: 1,
    of: 'file',
    state: 'certified',
    plant: bySql('broken-fts-index'),
  },
  {
    name: 'external-content-mismatch',
    title: 'A full-text index lacks a row of another table',
    expected: ['bytes', 'search-indexes'],
    times: 1,
    of: 'file',
    state: 'certified',
    plant: bySql('external-content-mismatch'),
  },
  {
    name: 'tampered-certificate',
    title: 'A certificate tampered with',
    expected: ['chain'],
    times: 4,
    of: 'chain',
    plant: tamper,
  },
  {
    name: 'missing-backup',
    title: 'A backup deleted by somebody else',
    expected: ['chain'],
    times: 4,
    of: 'chain',
    plant: loseBackup,
  },
]
