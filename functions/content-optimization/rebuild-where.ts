import { finding, only, refuseCircumstances, together, unreadable, whileStopped } from '@hubkeeper/core'
import type { ContentContext, ContentInput } from './context.ts'
import { planSearch, type SearchPlan } from './plan.ts'
import { type Rebuilding, type RebuildOrder, rebuildAtRest, rebuildInPlace } from './rebuild.ts'
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
  const live = await rebuildInPlace(context, order)
  const stopped = planSearch(tables, input, true)
  const names = [...live.refused.keys(), ...stopped.mend.map(({ index }) => index)]
  const { control, hub, progress } = context
  if (names.length === 0 || !control.configured || hub.control?.maintenance !== true) return live
  progress.step('Stopping the server')
  const resting = { ...context, database: context.database.atRest() }
  const rest = await whileStopped(control, () => rebuildStopped(resting, input, new Set(names)))
  const findings = live.findings.filter(
    ({ check, subject }) =>
      check !== 'search-index.rebuilt' || subject === null || !live.refused.has(subject),
  )
  return {
    ...together([{ ...live, findings }, rest]),
    refused: rest.refused,
    rebuilt: [...live.rebuilt, ...rest.rebuilt],
  }
}

/** The same with a server that is stopped; what it wrote until then is backed up as well. */
async function rebuildStopped(
  context: ContentContext,
  input: ContentInput,
  names: ReadonlySet<string>,
): Promise<Rebuilding> {
  const { database } = context
  const nothing = (...findings: ReturnType<typeof unreadable>[]): Rebuilding => ({
    ...only(...findings),
    refused: new Map(),
    rebuilt: [],
  })
  const taken = await database.snapshot()
  if (taken.state !== 'done') {
    refuseCircumstances(taken)
    return nothing(unreadable(taken, database.key))
  }
  const snapshot = taken.value
  const signs = await database.signsOfUse()
  if (snapshot.sourceEtag === null || signs.length > 0) {
    const actual = `it is still in use with its server stopped: ${signs.join('; ')}`
    return nothing(finding('search-index.rebuilt', 'warning', { subject: database.key, actual }))
  }
  const tables = await lookAtSearchTables(context, snapshot)
  const plan = among(planSearch(tables, input, true), names)
  if (plan.rebuild.size === 0) return nothing()
  const { digest } = await snapshot.examine(['digest'])
  if (digest.state !== 'done') return nothing(unreadable(digest, database.key))
  const { backup, ...safety } = await keepSafetyBackup(context, snapshot, digest.value.value)
  const kept = { findings: [...safety.findings], figures: [...(safety.figures ?? [])] }
  if (backup === null) return { ...kept, refused: new Map(), rebuilt: [] }
  const before = digest.value
  const done = await rebuildAtRest(context, { plan, snapshot, before, backup: backup.manifest.id })
  return { ...done, ...together([kept, done]) }
}

const among = ({ left, mend, rebuild }: SearchPlan, names: ReadonlySet<string>): SearchPlan => ({
  rebuild: new Map([...rebuild].filter(([name]) => names.has(name))),
  mend: mend.filter(({ index }) => names.has(index)),
  left,
})
