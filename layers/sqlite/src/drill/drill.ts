import {
  type Detector,
  type DetectorDrill,
  type DetectorMatrix,
  type DetectorRemark,
  type DrillRequest,
  formatDuration,
  minutes,
  type RestoredCopy,
} from '@hubkeeper/core'
import type { CustodyOptions } from '../custody/options.ts'
import { type Canary, makeCanary } from './canary.ts'
import { type CatalogueFault, catalogue } from './catalogue.ts'
import { type Ground, openGround } from './ground.ts'
import { type Looks, looksOfProofs } from './look.ts'
import { placesOf } from './places.ts'
import { type Tally, tallyOf } from './tally.ts'

/** How long a drill may take unless told otherwise, ms. */
const usualLimit = minutes(5)

/**
 * Plants every fault of the catalogue in a canary and lets everything look that looks in a proof.
 *
 * @param looks what looks; the drill itself is tested by taking one of them away
 */
export function openDrill(options: CustodyOptions, looks: Looks = looksOfProofs(options)): DetectorDrill {
  return {
    catalogue: catalogue.map(({ name }) => name),
    run: (copy, request) => drill(options, looks, copy, request),
  }
}

async function drill(
  options: CustodyOptions,
  looks: Looks,
  copy: RestoredCopy,
  request: DrillRequest,
): Promise<DetectorMatrix> {
  const began = performance.now()
  const limit = limitOf(options, request)
  const canary = await makeCanary(options, looks, copy)
  try {
    const ground = await openGround(options, looks, canary)
    try {
      const falseAlarms = [...canary.falseAlarms, ...ground.falseAlarms]
      const rows = rowsOf(canary, falseAlarms, request.samples)
      await plantAll(ground, rows, request, began + limit)
      await ground.assertClean()
      return {
        canary: canary.text,
        canaryBytes: canary.reference.sight.bytes,
        seed: request.seed,
        faults: rows.filter(({ tally }) => tally.planted() > 0).map(({ tally }) => tally.result()),
        skipped: rows.flatMap((row) => skipOf(row, limit)),
        unable: canary.unable,
        falseAlarms,
        seconds: (performance.now() - began) / 1000,
      }
    } finally {
      await ground.dispose()
    }
  } finally {
    await canary.dispose()
  }
}

/** Half of what is left of the run at most: the drill is not all that it has to do. */
function limitOf({ deadline, now }: CustodyOptions, { timeLimit = usualLimit }: DrillRequest): number {
  if (deadline === undefined) return timeLimit
  return Math.min(timeLimit, Math.max(0, deadline.getTime() - now().getTime()) / 2)
}

/** One fault of the catalogue in this drill. */
interface Row {
  readonly fault: CatalogueFault
  /** How often it is to be planted. */
  readonly times: number
  readonly expected: readonly Detector[]
  readonly tally: Tally
  /** Why it is planted no more, in words; null while it is. */
  stopped: string | null
}

function rowsOf(canary: Canary, falseAlarms: readonly DetectorRemark[], samples: number): Row[] {
  const mute = new Set(falseAlarms.map(({ detector }) => detector))
  const unable = new Map(canary.unable.map(({ detector, reason }) => [detector, reason]))
  return catalogue.map((fault) => {
    const expected = fault.expected.filter((detector) => !unable.has(detector))
    return {
      fault,
      times: fault.times === 'samples' ? samples : fault.times,
      expected,
      tally: tallyOf(fault, expected, mute),
      stopped: blindness(fault, expected, unable),
    }
  })
}

/** That a file has other bytes is no news where others have to see what is wrong with it. */
function blindness(
  { expected: all }: CatalogueFault,
  able: readonly Detector[],
  unable: ReadonlyMap<Detector, string>,
): string | null {
  if (able.length === all.length || able.some((detector) => detector !== 'bytes')) return null
  const reasons = all.flatMap((detector) => {
    const reason = unable.get(detector)
    return reason === undefined ? [] : [`${detector}: ${reason}`]
  })
  return `those that have to notice it could not look, ${reasons.join('; ')}`
}

/** First whatever is planted a few times, then rounds of what is planted at random, until the time is over. */
async function plantAll(
  ground: Ground,
  rows: readonly Row[],
  { samples, seed }: DrillRequest,
  end: number,
): Promise<void> {
  const few = rows.filter(({ fault }) => fault.times !== 'samples')
  const random = rows.filter(({ fault }) => fault.times === 'samples')
  const turns = [
    ...few.flatMap((row) => range(row.times).map((sample) => ({ row, sample }))),
    ...range(samples).flatMap((sample) => random.map((row) => ({ row, sample }))),
  ]
  let longest = 0
  for (const { row, sample } of turns) {
    const start = performance.now()
    if (start + longest > end) return
    if (row.stopped !== null) continue
    row.stopped = await plantOnce(ground, row, sample, seed)
    longest = Math.max(longest, performance.now() - start)
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Plants a fault once; why it is not worth while to do so again, in words, or null. */
async function plantOnce(
  ground: Ground,
  { expected, fault, tally }: Row,
  sample: number,
  seed: number,
): Promise<string | null> {
  const attempt = await ground.plant(fault, { sample, choose: placesOf(seed, fault.name, sample) })
  if ('refused' in attempt) return `it could not be planted: ${attempt.refused}`
  for (const detector of expected) {
    const verdict = attempt.verdicts.get(detector)
    if (verdict?.state === 'unable') return `${detector} had no answer to it: ${verdict.reason}`
  }
  tally.add(attempt.place, attempt.verdicts)
  return null
}

/** What is to be said of a fault that was planted less often than asked for. */
function skipOf({ fault: { name }, stopped, tally, times }: Row, limit: number) {
  const planted = tally.planted()
  if (planted === times) return []
  const reason = stopped ?? `the ${formatDuration(limit)} of the drill were over`
  return [{ name, reason: planted === 0 ? reason : `planted ${planted} of ${times} times: ${reason}` }]
}
