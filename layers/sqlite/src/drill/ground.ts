import { type Detector, type DetectorRemark, HubkeeperError } from '@hubkeeper/core'
import type { CustodyOptions } from '../custody/options.ts'
import { fingerprint } from '../custody/scratch.ts'
import type { Planted } from './bytes.ts'
import { type Canary, copyAfresh, removeWithJournals } from './canary.ts'
import { type CatalogueFault, PlantingFailedError, type Spot } from './catalogue.ts'
import { practiceChain } from './chain.ts'
import { judgeSight } from './judge.ts'
import { type Looks, lookAtFile, silent, type Verdict, type Verdicts } from './look.ts'

/** A fault that was planted and looked for; or why it could not be planted. */
export type Attempt = { readonly place: string; readonly verdicts: Verdicts } | { readonly refused: string }

/** Where faults are planted one after the other, each alone. */
export interface Ground {
  /** What was noticed in the chain of certificates before any fault. */
  readonly falseAlarms: readonly DetectorRemark[]
  plant(fault: CatalogueFault, spot: Spot): Promise<Attempt>
  /** @throws HubkeeperError when a fault was left behind: then nothing that was noticed counts */
  assertClean(): Promise<void>
  dispose(): Promise<void>
}

/** The ground of one drill, on scratch disk. */
export async function openGround(options: CustodyOptions, looks: Looks, canary: Canary): Promise<Ground> {
  const { engine, scratch } = options
  const { certified, older, pageSize, reference } = canary
  const work = scratch.path('canary-damaged.db')
  const chain = await practiceChain(options)
  /** Which state the file at `work` holds without a fault. */
  let holds: 'certified' | 'older' | null = null

  async function inFile(fault: Extract<CatalogueFault, { of: 'file' }>, spot: Spot): Promise<Attempt> {
    if (holds !== fault.state) await copyAfresh(fault.state === 'certified' ? certified : older, work)
    holds = null
    const planted = await fault.plant({ path: work, pageSize, engine }, spot)
    const verdicts = judgeSight(reference, await lookAtFile(looks, work), looks)
    if (await undo(planted)) holds = fault.state
    return { place: planted.place, verdicts }
  }

  async function inChain(fault: Extract<CatalogueFault, { of: 'chain' }>, spot: Spot): Promise<Attempt> {
    const planted = await fault.plant(chain, spot)
    const verdicts = new Map<Detector, Verdict>([['chain', await chainVerdict()]])
    await undo(planted)
    return { place: planted.place, verdicts }
  }

  async function chainVerdict(): Promise<Verdict> {
    const [fault] = (await looks.checkChain(chain.store)).faults
    return fault === undefined ? silent : { state: 'noticed', reason: fault.message }
  }

  const first = await chainVerdict()
  return {
    falseAlarms: first.state === 'noticed' ? [{ detector: 'chain', reason: first.reason }] : [],

    async plant(fault, spot) {
      try {
        return await (fault.of === 'file' ? inFile(fault, spot) : inChain(fault, spot))
      } catch (error) {
        if (error instanceof PlantingFailedError) return { refused: error.message }
        throw error
      }
    },

    async assertClean() {
      const files = holds === 'certified' ? [certified, work] : [certified]
      for (const path of files) {
        if ((await fingerprint(path)).sha256 !== reference.backup.manifest.sha256) {
          throw new HubkeeperError('engine-failed', `the drill left a fault in ${path}`, {
            hint: 'what it noticed does not count; run it again with --debug and report what it prints',
          })
        }
      }
    },

    dispose: () => removeWithJournals(work),
  }
}

/** Undoes a fault where it can be; whether it was. */
async function undo({ undo: repair }: Planted): Promise<boolean> {
  await repair?.()
  return repair !== null
}
