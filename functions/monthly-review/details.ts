import { formatDuration, type HubConfig, thresholdsOf } from '@hubkeeper/core'
import { allReports, type Block, type Cell, type History, minuteText, since } from '@hubkeeper/review'
import { effectsTable } from '../architecture-review/care-page.ts'
import type { Incident } from './incidents.ts'
import type { Packet } from './packet.ts'

/** Rows of a table for people; all of them are in the JSON. */
const mostRows = 25

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** How many rows a table leaves out; nothing where it has all. */
const more = (count: number): Block[] =>
  count > mostRows ? [paragraph(`And ${(count - mostRows).toLocaleString('en')} more: see review.json.`)] : []

/** What went wrong. */
export function incidentBlocks(incidents: readonly Incident[]): Block[] {
  if (incidents.length === 0) return [paragraph('None that anybody saw.')]
  const table: Block = {
    kind: 'table',
    caption: 'Newest first',
    header: ['what', 'first seen (UTC)', 'last seen (UTC)', 'times', 'told as', 'over'],
    rows: incidents
      .slice(0, mostRows)
      .map((incident): Cell[] => [
        incident.what,
        minuteText(incident.from),
        incident.kind === 'outage'
          ? `after ${formatDuration(incident.to.getTime() - incident.from.getTime())}`
          : minuteText(incident.to),
        String(incident.times),
        incident.detail,
        incident.open ? { text: 'not yet', status: 'critical' } : { text: 'over', status: 'ok' },
      ]),
    right: [3],
  }
  return [table, ...more(incidents.length)]
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
export function planningBlocks({ planning: { coming, plan, unknown, upgrades } }: Packet): Block[] {
  return [
    {
      kind: 'table',
      caption: 'The next run of each task (UTC)',
      header: ['when', 'task'],
      rows: coming.map((run) => [minuteText(run.at), run.task]),
    },
    ...unknown.map(paragraph),
    upgrades.length === 0
      ? paragraph(unknown.length === 0 ? 'No audit proposes an upgrade.' : 'No upgrade is proposed so far.')
      : {
          kind: 'table',
          caption: 'Upgrades, most pressing first',
          header: ['of', 'why', 'what'],
          rows: upgrades.slice(0, mostRows).map(({ detail, kind, of }) => [of, kinds[kind], detail]),
        },
    ...more(upgrades.length),
    ...(plan === null ? [] : [paragraph(`The upgrade plan: ${plan}`)]),
  ]
}
