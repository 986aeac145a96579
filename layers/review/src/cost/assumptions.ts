import { formatBytes } from '@hubkeeper/core'
import type { CostFacts } from './cost.ts'
import { getsPerRun, logOfLook, logOfRun, month, probeMemory, putsPerRun, usualMemory } from './usual.ts'

/** What the cost is taken from and what it leaves out, in words. @param span days of runs; null where there were none */
export function assumptionsOf({ prices, stored, tasks }: CostFacts, span: number | null): string[] {
  const [known, unknown] = [
    stored.filter(({ bytes }) => bytes !== null),
    stored.filter(({ bytes }) => bytes === null),
  ]
  return [
    `prices (analysis.prices): ${prices.source}`,
    span === null
      ? 'no run left a report yet: what functions take, and what they read and write, is not in it'
      : `runs as in the last ${span.toFixed(0)} days, taken as ${month}`,
    ...(tasks.some(({ limits }) => limits === undefined)
      ? [
          `runs are made on the hub’s own machine: as if functions of ${usualMemory} MiB, the probe’s of ${probeMemory}, took as long`,
        ]
      : []),
    ...(known.length === 0
      ? []
      : [
          `stored, in the standard class: ${known.map(({ bytes, of }) => `${of} ${formatBytes(bytes ?? 0)}`).join(', ')}`,
        ]),
    ...(unknown.length === 0
      ? []
      : [`not in it, for nobody measured them: ${unknown.map(({ of }) => of).join(', ')}`]),
    `requests to S3 are taken as ${putsPerRun} written and ${getsPerRun} read a run, those of large databases are more; logs as ${formatBytes(logOfLook)} a look and ${formatBytes(logOfRun)} a run`,
    'functions and alarms as of a deployment with this hub alone; a second one shares the functions and their alarms',
    'not in it: what is free for every account, old versions of objects, reports, reading metrics, messages of SNS, starts by schedules, keys, builds of scanners, and transfer out of the region, such as answers of the API or a restore to another place; between functions and buckets it costs nothing',
  ]
}
