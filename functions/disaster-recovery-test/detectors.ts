import {
  type DetectorMatrix,
  type DrilledFault,
  detectors,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  formatDuration,
  HubkeeperError,
  only,
  type Part,
  type RestoredCopy,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'

/** Plants every fault of the catalogue in a canary, and sees whether the detectors notice what they have to. */
export async function drillDetectors(
  { drill, progress }: Pick<DrillContext, 'drill' | 'progress'>,
  copy: RestoredCopy,
  request: { readonly samples: number; readonly seed: number },
): Promise<Part & { readonly failure: HubkeeperError | null }> {
  progress.step(`Planting ${drill.catalogue.length} kinds of faults in a canary`)
  try {
    return { ...partOf(await drill.run(copy, request), drill.catalogue), failure: null }
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    const { code, hint: advice, message: actual } = error
    const part = only(finding('drill.detectors', 'unknown', { actual, advice }))
    // Everything else has been found out by now, and is told all the same.
    return { ...part, failure: code === 'not-available' ? null : error }
  }
}

function partOf(matrix: DetectorMatrix, catalogue: readonly string[]): Part {
  const { canary, canaryBytes, falseAlarms, faults, seconds, seed, skipped, unable } = matrix
  const about = `planted in ${canary} (${formatBytes(canaryBytes)}) with seed ${seed}, in ${formatDuration(seconds * 1000)}`
  const reasonFor = (name: string): string | null =>
    skipped.find((each) => each.name === name)?.reason ?? null
  // A fault that was not planted was not noticed either.
  const missing = catalogue.filter((name) => !faults.some((fault) => fault.name === name))
  return {
    findings: [
      ...faults.map((fault, i) =>
        faultFinding(fault, [
          ...[reasonFor(fault.name)].filter((reason) => reason !== null),
          // Said once, and wherever somebody has to look further.
          ...(i === 0 || isMissed(fault) ? [about] : []),
        ]),
      ),
      ...missing.map((subject) => {
        const reason = reasonFor(subject)
        const actual = reason === null ? 'it was not planted' : `it was not planted: ${reason}`
        return finding('drill.detectors', 'unknown', { subject, actual })
      }),
      ...unable.map(({ detector: subject, reason: actual }) =>
        // The second engine has a configured limit, and need not look.
        finding('drill.detectors', subject === 'cross-check' ? 'skipped' : 'unknown', { subject, actual }),
      ),
      ...falseAlarms.map(({ detector: subject, reason }) =>
        finding('drill.detectors', 'warning', {
          subject,
          expected: 'silence before anything is planted',
          actual: reason,
        }),
      ),
    ],
    figures: faults.flatMap(ratesOf),
  }
}

/** How often each detector noticed a fault: those that never do, and need not, are left out. */
const ratesOf = ({ byDetector, expected, name, planted }: DrilledFault): Figure[] =>
  detectors
    .filter((detector) => byDetector[detector] > 0 || expected.includes(detector))
    .map((detector) =>
      figure(`detectors.${detector}`, (byDetector[detector] / planted) * 100, 'percent', name),
    )

const isMissed = ({ noticed, planted }: DrilledFault): boolean => noticed < planted

function faultFinding(fault: DrilledFault, remarks: readonly string[]): Finding {
  const { byDetector, expected, missed, name, noticed, planted, title } = fault
  const asked = detectors.filter((detector) => expected.includes(detector))
  const others = detectors.filter((detector) => !expected.includes(detector) && byDetector[detector] > 0)
  const also = others.map((detector) => `${detector} ${byDetector[detector]}`)
  return finding('drill.detectors', isMissed(fault) ? 'critical' : 'ok', {
    subject: name,
    expected: 'every time',
    actual: `${noticed} of ${planted}`,
    evidence: [
      title,
      ...asked.map((detector) => `${detector} ${byDetector[detector]} of ${planted}`),
      ...(also.length === 0 ? [] : [`also, though it is not asked of them: ${also.join(', ')}`]),
      ...missed.map((text) => `missed: ${text}`),
      ...remarks,
    ],
  })
}
