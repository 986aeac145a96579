import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DetectorMatrix, DrilledFault, DrillRequest } from '@hubkeeper/core'
import { type CustodyOptions, type Engine, openDrill } from '@hubkeeper/sqlite'
import { type Looks, looksOfProofs } from '../../layers/sqlite/src/drill/look.ts'
import { crossCheck } from '../../layers/sqlite/src/engine/cross-check.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { custodyBelow, restoredCopy } from './drilled-copy.ts'
import { temporaryDirectory } from './temporary.ts'

/** Custody of a hub without anything in its store, below a directory of its own. */
export const custodyOf = (engine: Engine, changes: Partial<CustodyOptions> = {}): Promise<CustodyOptions> =>
  custodyBelow(join(temporaryDirectory(), 'scratch'), engine, changes)

interface Practice extends Partial<DrillRequest> {
  readonly custody?: Partial<CustodyOptions>
  /** What looks in place of what looks in proofs. */
  readonly looks?: (real: Looks) => Partial<Looks>
}

/** Drills with both engines in this process: for what is drilled often. */
export async function practise(
  path: string,
  { custody, looks = () => ({}), ...request }: Practice = {},
): Promise<DetectorMatrix> {
  const options = await custodyOf(inProcessEngine(), custody)
  const proofs = looksOfProofs(options)
  const real: Looks = {
    ...proofs,
    crossCheck: (file, bytes) =>
      bytes <= options.crossCheckMaxBytes ? crossCheck(file) : proofs.crossCheck(file, bytes),
  }
  const drill = openDrill(options, { ...real, ...looks(real) })
  return drill.run(await restoredCopy(path), { samples: 2, seed: 7, ...request })
}

/** Names of the faults that somebody missed who had to notice them. */
export const missedIn = ({ faults }: DetectorMatrix): string[] =>
  faults.filter(({ noticed, planted }) => noticed < planted).map(({ name }) => name)

/** One row of a matrix. */
export function faultIn({ faults }: DetectorMatrix, name: string): DrilledFault {
  const fault = faults.find((each) => each.name === name)
  if (fault === undefined) throw new Error(`${name} was not planted`)
  return fault
}

/** What tells whether a file was touched. */
export function stateOf(path: string): { body: Buffer; modified: bigint; inode: bigint } {
  const { ino, mtimeNs } = statSync(path, { bigint: true })
  return { body: readFileSync(path), modified: mtimeNs, inode: ino }
}
