import {
  type Context,
  daily,
  defineTask,
  type Figure,
  figure,
  finding,
  groupLogs,
  type LogFile,
  type LogPlan,
  matchesAny,
  mebibytes,
  minutes,
  planRotation,
  type RotationConfig,
  type TaskResult,
} from '@hubkeeper/core'
import * as z from 'zod'
import { applyPlan } from './apply.ts'
import { appliedFinding, notedFinding, plannedFinding } from './findings.ts'

const access = { logs: 'rotate', ledger: 'read' } as const

/**
 * Moves live logs away, once a day, and deletes rotated ones that are old enough. It holds the hub's write
 * lease although it touches neither database nor backups: of two rotations at once, one could cut what the
 * other has not copied, and a freeze is there to keep logs as well.
 */
export const logRotation = defineTask({
  name: 'log-rotation',
  title: 'Daily log rotation',
  summary: 'Live logs moved away or copied and cut, rotated ones deleted once they are old; never a live one',
  schedule: daily('00:00'),
  access,
  limits: { memory: 256, timeout: minutes(15), scratch: mebibytes(512) },
  writes: true,
  input: z.strictObject({}),
  async run(context) {
    const { hub, logs } = context
    const skipped = (actual: string) => ({ findings: [finding('logs.rotated', 'skipped', { actual })] })
    if (hub.logs === undefined) return skipped('no logs are configured')
    if (logs.elsewhere !== null) return skipped(logs.elsewhere)
    const { rotation } = hub.logs
    const isLive = (key: string): boolean => matchesAny(key, rotation.live)
    const result = await rotate(context, rotation, isLive)
    return result ?? skipped(`no log matches ${hub.logs.files.join(', ')}`)
  },
})

/** Plans and does it, or tells the plan; null when there is no log. */
async function rotate(
  { at, deletionRefused, dryRun, hub, ledger, logs, progress }: Context<typeof access>,
  config: RotationConfig,
  isLive: (key: string) => boolean,
): Promise<TaskResult | null> {
  const refused = dryRun ? 'dry run' : deletionRefused
  const tidied = refused === null ? await logs.tidy() : []
  progress.step('Looking at the logs')
  const files = await logs.files()
  if (files.length === 0 && tidied.length === 0) return null
  const open = await logs.open()
  const expiredOnly = logs.expiredOnly !== null
  const held = async (plan: LogPlan): Promise<LogPlan> => {
    const hold = await ledger.hold()
    return hold === null ? plan : withoutDeletions(plan, hold.reason)
  }
  const plans = planRotation({ files, open, at, timeZone: hub.timeZone, config, isLive, expiredOnly })
  const notes = [
    ...(expiredOnly ? [`not rotated: ${logs.expiredOnly}`] : []),
    ...(open === null && !expiredOnly
      ? ['this machine does not tell which files are open: names decide']
      : []),
    ...(open !== null && open.unseen !== null ? [open.unseen] : []),
    ...tidied,
  ]
  const noted = notes.length === 0 ? [] : [notedFinding(notes)]
  const before = figuresOf(files, isLive, '')
  if (refused !== null) {
    const planned = []
    for (const plan of plans) planned.push(plannedFinding(await held(plan), refused))
    return { findings: [...noted, ...planned], figures: before }
  }
  progress.step('Rotating and deleting')
  const applied = []
  // One that is put on meanwhile holds from the next log on.
  for (const plan of plans) applied.push(await applyPlan(await held(plan), logs))
  const freed = applied.reduce((sum, one) => sum + one.freed, 0)
  return {
    findings: [...noted, ...applied.map(appliedFinding)],
    figures: [
      ...before,
      ...figuresOf(await logs.files(), isLive, '-after'),
      figure('logs.freed', freed, 'bytes', 'rotated'),
    ],
  }
}

/** While a hold is in force, logs are rotated, and none is deleted. */
function withoutDeletions(plan: LogPlan, reason: string): LogPlan {
  const held = plan.actions.filter(({ kind }) => kind === 'delete')
  return {
    ...plan,
    actions: plan.actions.filter(({ kind }) => kind !== 'delete'),
    notes: [...plan.notes, ...held.map(({ file }) => `${file.key} is left: a hold is in force (${reason})`)],
  }
}

/** Files and bytes, of live logs and of rotated ones. */
function figuresOf(
  files: readonly LogFile[],
  isLive: (key: string) => boolean,
  moment: '' | '-after',
): Figure[] {
  const groups = groupLogs(files, isLive)
  const live = groups.flatMap((group) => group.live ?? [])
  const rotated = groups.flatMap((group) => group.rotated)
  return Object.entries({ live, rotated }).flatMap(([subject, of]) => [
    figure(`logs.files${moment}`, of.length, 'count', subject),
    figure(
      `logs.size${moment}`,
      of.reduce((sum, { bytes }) => sum + bytes, 0),
      'bytes',
      subject,
    ),
  ])
}
