import { messageOf, type Report, runTask, type Task, worstFirst } from '@hubkeeper/core'
import { tasks } from '../../../../functions/tasks.ts'
import type { ConfiguredHub } from '../../config.ts'
import { reportOf } from '../../execute.ts'
import { withEmbedded } from '../../with-embedded.ts'

const everyMinutes = ({ schedule }: Task): number | null =>
  schedule.cadence === 'continuous' ? schedule.everyMinutes : null

/** Runs the continuous tasks in this process, and says when one says something new. */
export function createProbe(
  hubs: readonly ConfiguredHub[],
  say: (text: string) => void,
): (minute: number) => Promise<void> {
  const lastSaid = new Map<string, string>()
  const note = (key: string, text: string): void => {
    if (lastSaid.get(key) === text) return
    lastSaid.set(key, text)
    say(text)
  }
  return async (minute) => {
    for (const configured of hubs) {
      for (const task of tasks) {
        const every = everyMinutes(task)
        if (every === null || minute % every !== 0) continue
        const name = `${task.name} of ${configured.hub.id}`
        try {
          note(name, `${name}: ${verdictOf(await runOnce(task, configured))}`)
        } catch (error) {
          note(name, `${name}: ${messageOf(error)}`)
        }
      }
    }
  }
}

function runOnce(task: Task, configured: ConfiguredHub): Promise<Report> {
  const request = {
    hub: configured.hub,
    input: {},
    scheduledFor: null,
    at: null,
    dryRun: false,
    progress: { step: () => {} },
  }
  return withEmbedded(configured, async ({ drivers }) => {
    const outcome = await reportOf(() => runTask(task, request, drivers))
    if (outcome.kind !== 'ran') throw new TypeError(`${task.name} keeps no account of single runs`)
    return outcome.report
  })
}

/** Status and what is wrong, without the figures that differ each time. */
function verdictOf({ error, findings, status }: Report): string {
  if (error !== null) return `${status}: ${error.message}`
  const wrong = worstFirst(findings)
    .filter((finding) => finding.status !== 'ok' && finding.status !== 'skipped')
    .map(({ check, subject }) => (subject === null ? check : `${check} ${subject}`))
  return [status, ...(wrong.length === 0 ? [] : [wrong.join(', ')])].join(': ')
}
