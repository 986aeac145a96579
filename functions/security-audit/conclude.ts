import {
  bySeverity,
  type ComparedIssue,
  type Issue,
  newsIn,
  plainLine,
  type Severity,
  securityScore,
  severities,
} from '@hubkeeper/audit'
import { type Figure, figure, HubkeeperError, type TaskResult } from '@hubkeeper/core'
import { acceptanceOf } from './accept.ts'
import { type Comparison, compare, recallSnapshot, rememberSnapshot, type Snapshot } from './baseline.ts'
import type { SecurityContext } from './context.ts'
import { documentsOf } from './documents.ts'
import type { Look } from './look.ts'
import { boundedByCheck, nameOf, tellIssues } from './tell.ts'

/** Compares what was seen with the last time, and makes report and documents of it. */
export async function conclude(context: SecurityContext, look: Look): Promise<TaskResult> {
  const { at, dryRun, hub, memory, run, slot } = context
  const before = await recallSnapshot(memory, slot)
  const comparison = compare(before, look)
  const present = withAcceptances(comparison.present, hub.audit.ignore, at)
  const unseenIssues = comparison.carried.map((issue) => ({ issue, change: 'unchanged' as const }))
  const carried = withAcceptances(unseenIssues, hub.audit.ignore, at)
  // What was there before where nobody could look now is open still.
  const open = bySeverity(openOf([...present, ...carried]))
  const score = securityScore({
    open,
    unseen: new Set([...look.blind, ...look.partial.map(({ scope }) => scope)]).size,
  })
  const tellables = [
    ...tellIssues(look.issues, {
      compared: new Map(present.map((each) => [each.issue.fingerprint, each])),
      wereAccepted: new Set(before?.accepted),
    }),
    ...boundedByCheck(look.once),
  ]
  // What nobody could look at stays told.
  const unseen = [...look.blind, ...comparison.carried.map(nameOf)]
  const news = await newsIn(tellables, { memory, slot, unseen })
  const failure = dryRun
    ? null
    : await refusalOf(async () => {
        const all = [...present, ...carried]
        const accepted = all.filter((each) => each.accepted !== null).map(({ issue }) => issue.fingerprint)
        const issues = all.map(({ issue }) => issue)
        await news.remember()
        await rememberSnapshot(memory, slot, before, { run, at: at.toISOString(), score, issues, accepted })
      })
  return {
    findings: [...look.findings, ...tellables.map(({ finding }) => finding)],
    figures: figuresOf({
      ...{ present, open, score, before },
      ...{ fixed: comparison.absent.length, carried: openOf(carried).length },
    }),
    attachments: documentsOf(context, look, {
      ...{ before, open, score, present, carried },
      gone: comparison.absent,
    }),
    known: news.known,
    failure,
  }
}

const withAcceptances = (
  issues: Comparison['present'],
  entries: SecurityContext['hub']['audit']['ignore'],
  at: Date,
): readonly ComparedIssue[] =>
  issues.map((each) => {
    const accepted = acceptanceOf(each.issue, entries, at)
    const reason = accepted === null ? null : { ...accepted, reason: plainLine(accepted.reason) }
    return { ...each, accepted: reason }
  })

/** What nobody accepted. */
const openOf = (issues: readonly ComparedIssue[]): readonly Issue[] =>
  issues.filter(({ accepted }) => accepted === null).map(({ issue }) => issue)

/** What kept `work` from being done; null when nothing did. Findings are reported all the same. */
async function refusalOf(work: () => Promise<void>): Promise<HubkeeperError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    return error
  }
}

interface Counts {
  readonly present: readonly ComparedIssue[]
  readonly open: Readonly<Record<Severity, number>>
  readonly fixed: number
  readonly carried: number
  readonly score: number
  readonly before: Snapshot | null
}

function figuresOf({ before, carried, fixed, open, present, score }: Counts): Figure[] {
  const counted = present.filter(({ accepted }) => accepted === null)
  const isNew = counted.filter(({ change }) => change === 'new').length
  const change =
    before === null ? [] : [figure('security.score-change', rounded(score - before.score), 'count')]
  return [
    figure('security.score', score, 'count'),
    ...change,
    figure('security.new', isNew, 'count'),
    figure('security.fixed', fixed, 'count'),
    figure('security.known', counted.length - isNew, 'count'),
    figure('security.not-seen', carried, 'count'),
    figure('security.accepted', present.length - counted.length, 'count'),
    ...severities.map((severity) => figure('security.issues', open[severity], 'count', severity)),
  ]
}

const rounded = (value: number): number => Math.round(value * 10) / 10
