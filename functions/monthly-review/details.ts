import { formatDuration, type HubConfig, thresholdsOf } from '@hubkeeper/core'
import { allReports, type Block, type Cell, type History, since } from '@hubkeeper/review'
import { effectsTable } from '../architecture-review/care-page.ts'
import type { Incident } from './incidents.ts'
import type { Packet } from './packet.ts'

/** Rows of a table for people; all of them are in the JSON. */
const mostRows = 25

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** What went wrong. */
export function incidentsBlock(incidents: readonly Incident[]): Block {
  if (incidents.length === 0) return paragraph('None that anybody saw.')
  return {
    kind: 'table',
    caption: 'Newest first',
    header: ['what', 'first seen', 'last seen', 'times', 'told as', 'over'],
    rows: incidents
      .slice(0, mostRows)
      .map((incident): Cell[] => [
        incident.what,
        incident.from.toISOString().slice(0, 16).replace('T', ' '),
        incident.kind === 'outage'
          ? `after ${formatDuration(incident.to.getTime() - incident.from.getTime())}`
          : incident.to.toISOString().slice(0, 16).replace('T', ' '),
        String(incident.times),
        incident.detail,
        incident.open ? { text: 'not yet', status: 'critical' } : { text: 'over', status: 'ok' },
      ]),
    right: [3],
  }
}

/** How old the newest proven backup was whenever somebody looked; none where nobody did. */
function backupAges(history: History, { thresholds }: Pick<HubConfig, 'thresholds'>): Block[] {
  const points = allReports(history).flatMap(({ findings, finishedAt }) =>
    findings.flatMap(({ actual, check }) =>
      check === 'backup.age' && typeof actual === 'number'
        ? [{ at: new Date(finishedAt), value: actual }]
        : [],
    ),
  )
  if (points.length === 0) return []
  const { critical, warning } = thresholdsOf('backup.age', thresholds)
  const limits = [
    { name: 'warning', value: warning },
    ...(critical === null ? [] : [{ name: 'critical', value: critical }]),
  ]
  const title = 'Age of the newest proven backup'
  const series = [{ name: 'age', points }]
  return [{ kind: 'chart', chart: { kind: 'line', title, unit: 'seconds', series, limits } }]
}

/** How every task was done, how long it took, what was done by hand, and how old backups grew. */
export function maintenanceBlocks(
  { byHand, effects, from, gathered }: Packet,
  hub: Pick<HubConfig, 'thresholds'>,
): Block[] {
  const long = effects
    .flatMap(({ task, typicalSeconds }) =>
      typicalSeconds === null ? [] : [{ name: task, value: typicalSeconds }],
    )
    .toSorted((a, b) => b.value - a.value)
  return [
    effectsTable(effects),
    ...(long.length === 0
      ? []
      : [
          {
            kind: 'chart' as const,
            chart: {
              kind: 'bars' as const,
              title: 'Typical duration of a run',
              unit: 'seconds' as const,
              bars: long,
            },
          },
        ]),
    ...(byHand.length === 0
      ? [paragraph('Nothing was done by hand more than twice.')]
      : [
          {
            kind: 'table' as const,
            caption: 'Done by hand: could be automated',
            header: ['what', 'times', 'instead'],
            rows: byHand.map(({ instead, times, what }) => [what, String(times), instead]),
            right: [1],
          },
        ]),
    ...overdueBlocks(gathered.facts.effects),
    ...backupAges(since(gathered.history, from), hub),
  ]
}

function overdueBlocks(effects: Packet['effects']): Block[] {
  const late = effects.filter(({ overdue }) => overdue > 0)
  return late.length === 0
    ? []
    : [
        {
          kind: 'list',
          items: late.map(({ overdue, task }) => `${task} is overdue for ${formatDuration(overdue)}`),
        },
      ]
}

const kinds = {
  support: 'support has ended or will',
  flaw: 'known flaw',
  patch: 'newer patch level',
  major: 'newer major version',
} as const

/** What is to come. */
export function planningBlocks({ planning: { coming, plan, upgrades } }: Packet): Block[] {
  return [
    {
      kind: 'table',
      caption: 'The next run of each task (UTC)',
      header: ['when', 'task'],
      rows: coming.map((run) => [run.at.toISOString().slice(0, 16).replace('T', ' '), run.task]),
    },
    upgrades.length === 0
      ? paragraph('No audit proposes an upgrade.')
      : {
          kind: 'table',
          caption: 'Upgrades, most pressing first',
          header: ['of', 'why', 'what'],
          rows: upgrades.slice(0, mostRows).map(({ detail, kind, of }) => [of, kinds[kind], detail]),
        },
    ...(upgrades.length > mostRows
      ? [paragraph(`And ${upgrades.length - mostRows} more: see review.json.`)]
      : []),
    ...(plan === null ? [] : [paragraph(`The upgrade plan: ${plan}`)]),
  ]
}
