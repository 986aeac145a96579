import type { HubConfig, LedgerReviewer, ReportArchive, ReportHistory, Signature } from '@hubkeeper/core'
import { type Checklist, type ChecklistCadence, type ChecklistItem, checklistCadences } from './checklist.ts'
import type { Evidence, ItemRule } from './evidence.ts'
import { itemsOf } from './items/items.ts'
import { type Judgement, judgeEvidence, type NewestReport } from './judge.ts'
import { signatureLine, standing } from './signing.ts'
import { evidenceSince } from './window.ts'
import { inWords } from './words.ts'

/** What checklists are made of; a task's context has it. */
export interface ChecklistSources {
  /** The moment that they are of: what was found or signed later does not count. */
  readonly at: Date
  readonly hub: Pick<HubConfig, 'timeZone'> & { readonly id: string }
  readonly ledger: Pick<LedgerReviewer, 'signatures'>
  readonly reports: Pick<ReportArchive, 'between'>
}

/** The checklists of a hub as they stand at a moment; all of them unless some are named. */
export async function checklistsAt(
  sources: ChecklistSources,
  cadences: readonly ChecklistCadence[] = checklistCadences,
): Promise<Checklist[]> {
  const signatures = await sources.ledger.signatures()
  const checklists: Checklist[] = []
  for (const cadence of cadences) checklists.push(await checklistAt(sources, cadence, signatures))
  return checklists
}

async function checklistAt(
  { at, hub, reports }: ChecklistSources,
  cadence: ChecklistCadence,
  signatures: readonly Signature[],
): Promise<Checklist> {
  const since = evidenceSince(cadence, hub.timeZone, at)
  const rules = itemsOf[cadence]
  const tasks = new Set(rules.flatMap(({ against = [], evidence }) => [...evidence, ...against]).map(taskOf))
  const newest = new Map<string, NewestReport>()
  for (const task of tasks) {
    const found = await reports.between(task, since, at, { limit: 1 })
    newest.set(task, { ...newestOf(found, hub.id), since })
  }
  const judge = (evidence: Evidence): Judgement =>
    judgeEvidence(evidence, newest.get(evidence.task) ?? { report: null, refused: null, since })
  return { cadence, from: since, to: at, items: rules.map((rule) => itemOf(rule, judge, signatures, at)) }
}

/** What was copied here with the folder of another hub tells nothing of this one. */
function newestOf(
  { reports: [report], unreadable: [unreadable] }: ReportHistory,
  hub: string,
): Pick<NewestReport, 'refused' | 'report'> {
  if (unreadable !== undefined) return { report: null, refused: `cannot be read: ${inWords(unreadable)}` }
  if (report === undefined || report.hub === hub) return { report: report ?? null, refused: null }
  return { report: null, refused: `is of another hub: ${inWords(report.hub)}` }
}

const taskOf = ({ task }: Evidence): string => task

/** Evidence that says no rules; then evidence that says yes; a person only where there is neither. */
function itemOf(
  rule: ItemRule,
  judge: (evidence: Evidence) => Judgement,
  signatures: readonly Signature[],
  at: Date,
): ChecklistItem {
  const { against = [], evidence, id, signature, title } = rule
  const judgements = evidence.map(judge)
  const no = [...judgements, ...against.map(judge)].filter(({ word }) => word === 'no')
  if (no.length > 0) {
    const status = no.some((each) => each.status === 'critical') ? 'critical' : 'warning'
    return { id, title, signed: false, state: 'failed', status, evidence: linesOf(no) }
  }
  const wanting = judgements.filter(({ word }) => word !== 'yes')
  if (judgements.length > 0 && wanting.length === 0) {
    return { id, title, signed: false, state: 'ticked', status: 'ok', evidence: linesOf(judgements) }
  }
  const signed = signature === 'unless-told' || wanting.every(({ word }) => word === 'inapplicable')
  const missing = linesOf(wanting)
  if (!signed) return { id, title, signed, state: 'open', status: 'warning', evidence: missing }
  const line = signatureLine(signatures, id, at)
  return standing(signatures, id, at) === null
    ? { id, title, signed, state: 'open', status: 'warning', evidence: [...missing, line] }
    : { id, title, signed, state: 'ticked', status: 'ok', evidence: [line, ...missing] }
}

/** What several pieces of evidence say; of one report that is told twice, its name once. */
const linesOf = (judgements: readonly Judgement[]): string[] => [
  ...new Set(judgements.flatMap(({ lines }) => lines)),
]
