import type { Certificate } from '../certificate.ts'
import { finding, type ThresholdOverrides, thresholdsOf } from '../finding.ts'
import type { Expectations } from '../ledger/expectations.ts'
import type { Backup } from '../ports/backups.ts'
import type { Finding } from '../report.ts'
import { usesOf } from './allowance.ts'
import {
  type ContentState,
  contentStateOf,
  type HistoryPoint,
  historyBefore,
  restoredSince,
} from './history.ts'
import { describeLoss, isAlarm, judgeTables, lossFinding } from './verdicts.ts'
import { emptyDatabase, oldCopy } from './whole.ts'

/** What is judged, and by what. */
export interface ContentQuestion {
  /** What the database holds, or a copy of it. */
  readonly content: Pick<Certificate, 'digest' | 'tables'>
  /** When it held that. */
  readonly takenAt: Date
  /** Every backup there is. */
  readonly backups: readonly Backup[]
  readonly expectations: Expectations
  readonly thresholds: ThresholdOverrides
}

/** Whether content vanished. */
export interface ContentJudgement {
  /** One of the whole database, or one of each table that lost something; else a single one. */
  readonly findings: readonly Finding[]
  /** Why a backup of it must not count, in words; null where it may. */
  readonly objection: string | null
}

/** Tables that an objection names. */
const named = 5

const check = 'content.vanished'
const nothingLost = 'no table lost more than its limit'

/**
 * Judges what a database holds by its own history: the proven backups before it. What people said would go, and
 * what a restore replaced, is no loss.
 */
export function judgeContent(question: ContentQuestion): ContentJudgement {
  const { backups, content, expectations, takenAt } = question
  const history = historyBefore(backups, takenAt, expectations)
  if (history.length === 0) {
    return quiet('skipped', { actual: 'there is no proven backup to compare with' })
  }
  const now = contentStateOf(content, takenAt)
  if (now === null) {
    return quiet('unknown', { expected: 'readable content', actual: 'its content could not be read' })
  }
  const judgement = compare(history, now, question)
  const safety = restoredSince(backups, takenAt)
  if (!isAlarming(judgement) || safety === null) return judgement
  return afterRestore(history, now, question, safety) ?? judgement
}

/** What a restore put in place is measured by what was restored, which may be any of the backups. */
function afterRestore(
  history: readonly HistoryPoint[],
  now: ContentState,
  question: ContentQuestion,
  { manifest: { id } }: Backup,
): ContentJudgement | null {
  for (let length = history.length - 1; length > 0; length--) {
    const point = history[length - 1]
    if (point === undefined || isAlarming(compare(history.slice(0, length), now, question))) continue
    const evidence = [
      `it was restored after ${id} was kept of what was there: compared with ${point.backup} of ${point.takenAt.toISOString()}`,
    ]
    return quiet('ok', { actual: nothingLost, evidence })
  }
  return null
}

const isAlarming = ({ findings }: ContentJudgement): boolean => findings.some(isAlarm)

const quiet = (status: Finding['status'], details: Parameters<typeof finding>[2]): ContentJudgement => ({
  findings: [finding(check, status, details)],
  objection: null,
})

function compare(
  history: readonly HistoryPoint[],
  now: ContentState,
  { expectations, thresholds }: ContentQuestion,
): ContentJudgement {
  const limits = thresholdsOf(check, thresholds)
  const uses = usesOf(expectations, history, limits.warning)
  const verdicts = judgeTables({ history, now, uses, limits })
  const newest = history.at(-1)
  const empty = newest === undefined ? null : emptyDatabase(newest, now, verdicts)
  if (empty !== null) return alarm([empty])
  const old = oldCopy(history, now, verdicts)
  const findings = [
    old.finding,
    ...verdicts.map(({ losses, table }) => {
      const older = old.losses.get(table)
      return lossFinding(table, older === undefined ? losses : [...losses, older])
    }),
  ].filter((found) => found !== null)
  if (findings.length > 0) return alarm(findings)
  const evidence = verdicts.flatMap(({ notes, table }) => notes.map((note) => `${table}: ${note}`))
  return quiet('ok', { actual: nothingLost, evidence })
}

function alarm(findings: readonly Finding[]): ContentJudgement {
  const reasons = findings.filter(({ status }) => status === 'critical').map(describeLoss)
  const more = reasons.length > named ? [`and ${reasons.length - named} more`] : []
  return {
    findings,
    objection: reasons.length === 0 ? null : [...reasons.slice(0, named), ...more].join('; '),
  }
}
