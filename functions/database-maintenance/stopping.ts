import type { MaintenanceContext, MaintenanceInput } from './context.ts'
import { decideVacuum } from './vacuum.ts'

/** Rules that forbid VACUUM beside a running server, and not with that stopped. */
const besideServer: ReadonlySet<string> = new Set([
  'rowid-dependent-index',
  'rowids',
  'content',
  'lock-budget',
])

const plannedParts = ['structure', 'hazards', 'statistics', 'digest'] as const

/**
 * Whether the hub’s server is to be stopped for the maintenance: where the configuration allows it, and
 * where something is to be gained that cannot be done beside it.
 */
export async function needsStop(context: MaintenanceContext, input: MaintenanceInput): Promise<boolean> {
  const { control, database, dryRun, hub, progress } = context
  const mayStop = control.configured && hub.control?.maintenance === true
  if (dryRun || !mayStop || database.authority !== 'server' || database.replica) return false
  progress.step('Looking whether its server has to be stopped')
  const snapshot = await database.snapshot()
  // What is wrong with it is told by the maintenance itself.
  if (snapshot.state !== 'done') return false
  const before = await snapshot.value.examine(plannedParts)
  const vacuum = await decideVacuum(context, input, snapshot.value, before)
  await snapshot.value.dispose()
  return vacuum.kind === 'refused' && vacuum.refusals.every(({ rule }) => besideServer.has(rule))
}
