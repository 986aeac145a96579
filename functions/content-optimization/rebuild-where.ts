import {
  type Finding,
  finding,
  refuseCircumstances,
  together,
  unreadable,
  whileStopped,
} from '@hubkeeper/core'
import type { ContentContext, ContentInput } from './context.ts'
import { planSearch, type SearchPlan } from './plan.ts'
import {
  nothingRebuilt,
  type Rebuilding,
  type RebuildOrder,
  rebuildAtRest,
  rebuildInPlace,
} from './rebuild.ts'
import { keepSafetyBackup } from './safety.ts'
import { lookAtSearchTables, type SearchTables } from './search-tables.ts'

/**
 * Makes full-text tables anew where the database is: as a copy when nobody has it open, else in place. What cannot
 * be done in place is done while the server is stopped, where the configuration allows that.
 */
export async function rebuildWhere(
  context: ContentContext,
  input: ContentInput,
  { atRest, tables }: { readonly atRest: boolean; readonly tables: SearchTables },
  order: RebuildOrder,
): Promise<Rebuilding> {
  if (atRest) return rebuildAtRest(context, order)
  // Scratch disk is wanted for other snapshots.
  await order.snapshot.dispose()
  const live = order.plan.rebuild.size === 0 ? nothingRebuilt() : await rebuildInPlace(context, order)
  const stopped = planSearch(tables, input, true)
  // What its server is not in the way of, stopping it does not help.
  const names = [...live.waiting, ...stopped.mend.map(({ index }) => index)]
  const { control, progress } = context
  if (names.length === 0 || !mayStop(context)) return live
  progress.step('Stopping the server')
  const resting = { ...context, database: context.database.atRest() }
  const rest = await whileStopped(control, () => rebuildStopped(resting, input, new Set(names)))
  const isSaid = ({ check, subject }: Finding): boolean =>
    check === 'search-index.rebuilt' &&
    rest.findings.some((each) => each.check === check && each.subject === subject)
  const findings = live.findings.filter((each) => !isSaid(each))
  return {
    ...together([{ ...live, findings }, rest]),
    waiting: rest.waiting,
    rebuilt: [...live.rebuilt, ...rest.rebuilt],
  }
}

/** Whether the configuration allows that the server is stopped for it. */
export const mayStop = ({ control, hub }: Pick<ContentContext, 'control' | 'hub'>): boolean =>
  control.configured && hub.control?.maintenance === true

/** The same with a server that is stopped; what it wrote until then is backed up as well. */
async function rebuildStopped(
  context: ContentContext,
  input: ContentInput,
  names: ReadonlySet<string>,
): Promise<Rebuilding> {
  const { database } = context
  const taken = await database.snapshot()
  if (taken.state !== 'done') {
    refuseCircumstances(taken)
    return nothingRebuilt(unreadable(taken, database.key))
  }
  const snapshot = taken.value
  const signs = await database.signsOfUse()
  if (snapshot.sourceEtag === null || signs.length > 0) {
    const actual = `it is still in use with its server stopped: ${signs.join('; ')}`
    return nothingRebuilt(finding('search-index.rebuilt', 'warning', { subject: database.key, actual }))
  }
  const tables = await lookAtSearchTables(context, snapshot)
  const plan = among(planSearch(tables, input, true), names)
  if (plan.rebuild.size === 0) return nothingRebuilt()
  const { digest } = await snapshot.examine(['digest'])
  if (digest.state !== 'done') return nothingRebuilt(unreadable(digest, database.key))
  const { backup, ...safety } = await keepSafetyBackup(context, snapshot, digest.value.value)
  const kept = { findings: [...safety.findings], figures: [...(safety.figures ?? [])] }
  if (backup === null) return { ...nothingRebuilt(), ...kept }
  const before = digest.value
  const done = await rebuildAtRest(context, { plan, snapshot, before, backup: backup.manifest.id })
  return { ...done, ...together([kept, done]) }
}

const among = ({ mend, rebuild, ...rest }: SearchPlan, names: ReadonlySet<string>): SearchPlan => ({
  ...rest,
  rebuild: new Map([...rebuild].filter(([name]) => names.has(name))),
  mend: mend.filter(({ index }) => names.has(index)),
})
