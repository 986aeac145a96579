import {
  changePercent,
  type Datapoint,
  days,
  figure,
  finding,
  formatDuration,
  formatValue,
  type HubConfig,
  measured,
  only,
  type Part,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'

/** How long each stage of a recovery took, seconds. */
export interface Stages {
  readonly readBack: number
  readonly prove: number
  readonly files: number
  /** Null when nothing answered. */
  readonly startUp: number | null
}

/** What of a recovery grows with the database, seconds; the rest takes as long as before. */
export const growing = ({ prove, readBack }: Stages): number => readBack + prove

/** The whole of a recovery, seconds; null when nothing answered in the end. */
export const totalOf = ({ files, prove, readBack, startUp }: Stages): number | null =>
  startUp === null ? null : readBack + prove + files + startUp

/** How far back drills are compared, days: a year and a quarter. */
const reach = 455

/** How many drills before are told of. */
const told = 4

/** Recoveries that take less do not count as worse, however much longer they took, seconds. */
const notable = 60

/** The recovery time, by stage, judged and compared with the drills before. */
export async function recoveryTime(context: DrillContext, stages: Stages, how: string): Promise<Part> {
  const total = totalOf(stages)
  const proven = growing(stages) + stages.files
  if (total === null) {
    const actual = `proven after ${formatDuration(proven * 1000)}; nothing answered after that`
    return only(finding('drill.rto', 'unknown', { actual }))
  }
  const rto = figure('drill.rto', total, 'seconds')
  const before = await earlier(context)
  const evidence = [
    `read back ${formatDuration(stages.readBack * 1000)}, proven ${formatDuration(stages.prove * 1000)}, files ${formatDuration(stages.files * 1000)}, start-up ${formatDuration((stages.startUp ?? 0) * 1000)}: ${how}`,
    ...(before.length === 0 ? ['no earlier drill'] : before.map((point) => describe(point, total))),
  ]
  return {
    findings: [judged(context.hub, total, before.at(-1), evidence)],
    figures: [
      rto,
      figure('recovery.stage', stages.readBack, 'seconds', 'read back'),
      figure('recovery.stage', stages.prove, 'seconds', 'prove'),
      figure('recovery.stage', stages.files, 'seconds', 'files'),
      figure('recovery.stage', stages.startUp ?? 0, 'seconds', 'start-up'),
    ],
  }
}

/** Within the limits, twice the time of the drill before is a warning all the same. */
function judged(hub: HubConfig, total: number, last: Datapoint | undefined, evidence: readonly string[]) {
  const found = measured('drill.rto', total, hub.thresholds, { evidence })
  const doubled = last !== undefined && total >= last.value * 2 && total > notable
  if (!doubled || found.status !== 'ok') return found
  return finding('drill.rto', 'warning', { expected: last.value * 2, actual: total, evidence })
}

/** Recovery times of the last drills, oldest first. */
async function earlier({ at, hub, metrics }: DrillContext): Promise<readonly Datapoint[]> {
  const from = new Date(at.getTime() - days(reach))
  const points = await metrics.read({ hub: hub.id, name: 'drill.rto', subject: null, from, to: at })
  return points.slice(-told)
}

function describe({ at, value }: Datapoint, now: number): string {
  const change = changePercent(now, value)
  const words = change === null ? '' : `, now ${change < 0 ? '' : '+'}${formatValue(change, 'percent')}`
  return `${at.toISOString().slice(0, 10)}: ${formatValue(value, 'seconds')}${words}`
}
