import {
  type Backup,
  type BackupList,
  type Decision,
  describeCount,
  describePlan,
  describeStop,
  type Freeze,
  formatBytes,
  isProven,
  quarantined,
  type RetentionPlan,
} from '@hubkeeper/core'
import { columns } from './columns.ts'
import { plain } from './plain.ts'
import type { Terminal } from './terminal.ts'

const nothing = 'no backups yet; make one: hubkeeper backup'

/** Every backup, newest first, and what they come to. */
export function listText(terminal: Terminal, list: BackupList): string {
  if (list.backups.length === 0 && list.strays.length === 0) return nothing
  const header = ['id', 'taken at (UTC)', 'size', 'reason', 'certified', '']
  const rows = list.backups
    .toReversed()
    .map((backup) => [
      ...cellsOf(backup),
      backup.manifest.reason,
      standingOf(terminal, backup),
      plain(
        [
          ...(backup.quarantine === null ? [] : [`does not count: ${backup.quarantine.reason}`]),
          ...(backup.pin === null ? [] : [`pinned by ${backup.pin.by}: ${backup.pin.reason}`]),
        ].join('; '),
      ),
    ])
  const strays = list.strays.map(({ id, reason }) =>
    terminal.paint('yellow', plain(`${id} does not count: ${reason}`)),
  )
  return [table(terminal, header, rows), ...strays, ...problemsOf(terminal, list), '', totalOf(list)].join(
    '\n',
  )
}

function standingOf({ paint }: Terminal, { certificate, quarantine }: Backup): string {
  if (quarantine !== null) return paint('red', 'in quarantine')
  return certificate === null ? paint('yellow', 'never proven') : certificate.level
}

/** What retention would do: what goes first, then what stays, each newest first. */
export function retentionText(
  terminal: Terminal,
  { at, hold, list, plan }: { list: BackupList; plan: RetentionPlan; hold: Freeze | null; at: Date },
): string {
  if (list.backups.length === 0 && list.strays.length === 0) return nothing
  const decided = plan.backups.toReversed()
  const header = ['', 'id', 'taken at (UTC)', 'size', 'why']
  const row = ({ keep, of, reasons }: Decision<Backup>) => [
    mark(terminal, keep),
    ...cellsOf(of),
    plain(reasons.join('; ')),
  ]
  const rows = [...decided.filter(({ keep }) => !keep), ...decided.filter(({ keep }) => keep)].map(row)
  const strays = plan.strays.map(({ keep, of, reasons }) => [
    mark(terminal, keep),
    plain(of.id),
    'not whole',
    formatBytes(of.bytes),
    plain(reasons.join('; ')),
  ])
  const count = describeCount(plan, at)
  return [
    table(terminal, header, [...rows, ...strays]),
    ...problemsOf(terminal, list),
    '',
    `${describePlan(plan)}, by the next hubkeeper run cleanup`,
    ...(count === null ? [] : [count]),
    ...(plan.blocked === null ? [] : [plain(`nothing is deleted: ${plan.blocked}`)]),
    ...(hold === null ? [] : [plain(`nothing is deleted while held ${describeStop(hold)}`)]),
  ].join('\n')
}

const mark = (terminal: Terminal, keep: boolean): string =>
  keep ? terminal.paint('green', '✔ keep') : terminal.paint('yellow', '– delete')

const cellsOf = ({ manifest }: Backup): string[] => [
  manifest.id,
  manifest.takenAt.slice(0, 19).replace('T', ' '),
  formatBytes(manifest.bytes),
]

const table = (terminal: Terminal, header: readonly string[], rows: readonly (readonly string[])[]): string =>
  columns([header.map((cell) => terminal.paint('dim', cell)), ...rows])

const problemsOf = (terminal: Terminal, { pinsUnreadable, quarantineUnreadable }: BackupList): string[] =>
  [pinsUnreadable, quarantineUnreadable]
    .filter((problem) => problem !== null)
    .map((problem) => terminal.paint('yellow', plain(`no backup is deleted: ${problem}`)))

function totalOf({ backups }: BackupList): string {
  const bytes = backups.reduce((sum, { manifest }) => sum + manifest.bytes, 0)
  const held = quarantined(backups).length
  const pinned = backups.filter(({ pin }) => pin !== null).length
  return [
    `${backups.length} ${backups.length === 1 ? 'backup' : 'backups'}`,
    `${backups.filter(isProven).length} proven`,
    ...(held > 0 ? [`${held} in quarantine`] : []),
    ...(pinned > 0 ? [`${pinned} pinned`] : []),
    formatBytes(bytes),
  ].join(', ')
}
