import { type ExpectedTask, isWithdrawal, type Signature } from '@hubkeeper/core'
import type { History } from '../history/history.ts'

/** Something that people did again and again. */
export interface ByHand {
  /** A task, or an item of a checklist. */
  readonly what: string
  readonly kind: 'run' | 'signature'
  readonly times: number
  /** What could do it instead, in words. */
  readonly instead: string
}

/** What was done by hand so often or less is no habit. */
const tolerated = 2

/** What was done by hand more than twice in a time, most often first. */
export function automationOpportunities(
  { from, reports, to }: History,
  tasks: readonly ExpectedTask[],
  signatures: readonly Signature[],
): ByHand[] {
  const runs = tasks.flatMap(({ name, schedule }) => {
    const all = reports.get(name) ?? []
    const times = all.filter(({ scheduledFor }) => scheduledFor === null).length
    if (times <= tolerated) return []
    const instead = schedule.cadence === 'on-demand' ? onDemand(name) : onSchedule(times < all.length)
    return [{ what: name, kind: 'run' as const, times, instead }]
  })
  const within = signatures.filter(
    (each) => new Date(each.at) >= from && new Date(each.at) <= to && !isWithdrawal(each),
  )
  const signed = [...Map.groupBy(within, ({ item }) => item)]
    .filter(([, all]) => all.length > tolerated)
    .map(([what, { length: times }]) => ({
      what,
      kind: 'signature' as const,
      times,
      instead: 'sign it once, with an expiry that lasts until it has to be looked at again',
    }))
  return [...runs, ...signed].toSorted((a, b) => b.times - a.times)
}

const onSchedule = (isScheduled: boolean): string =>
  isScheduled
    ? 'it runs by schedule as well: see what makes it needed in between'
    : 'its schedule does it by itself: hubkeeper schedule install'

const onDemand = (task: string): string =>
  task === 'run-maintenance'
    ? 'a schedule runs the tasks of a cadence by itself: hubkeeper schedule install'
    : 'see what makes it needed again and again, and mend that'
