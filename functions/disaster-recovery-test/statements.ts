import {
  type ChosenStatements,
  chooseStatements,
  type Finding,
  finding,
  formatValue,
  type RestoredCopy,
  reasonOf,
  type TimedStatement,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'

/** What the queries on a restored copy gave. */
interface Answers {
  readonly findings: Finding[]
  /** Of all of them together; null when none answered, or one failed. */
  readonly seconds: number | null
}

/** Runs the hub's queries on a restored copy; where none are configured, those that suit its schema. */
export async function answerQueries(
  { backups, hub, progress }: Pick<DrillContext, 'backups' | 'hub' | 'progress'>,
  copy: RestoredCopy,
): Promise<Answers> {
  progress.step('Running the queries on the restored copy')
  const chosen = await chooseStatements(hub, () => backups.guessStatements(copy))
  if ('reason' in chosen) {
    const details = { subject: 'statements', actual: chosen.reason }
    return { findings: [finding('drill.start-up', 'unknown', details)], seconds: null }
  }
  const { statements, timeLimit } = chosen
  if (statements.length === 0) return { findings: [], seconds: null }
  const timed = await backups.timeStatements(copy, statements, { samples: 1, timeLimit })
  const times = timed.map(({ outcome }) => (outcome.state === 'done' ? outcome.value.first : null))
  const answered = times.filter((time) => time !== null)
  return {
    findings: timed.map((each) => answerFinding(each, chosen)),
    seconds: answered.length < times.length ? null : answered.reduce((sum, time) => sum + time, 0),
  }
}

function answerFinding(
  { name: subject, outcome }: TimedStatement,
  { guessed, origin }: ChosenStatements,
): Finding {
  if (outcome.state === 'done') {
    const { first, rows } = outcome.value
    return finding('drill.start-up', 'ok', {
      subject,
      expected: 'an answer',
      actual: first,
      evidence: [`gives ${formatValue(rows, 'rows')}`, ...origin],
    })
  }
  // A guess that fails says little; a query of the hub's own that fails is what an outage is.
  const failed = outcome.state === 'fault' || (outcome.state === 'stopped' && outcome.by === 'time-limit')
  return finding('drill.start-up', failed && !guessed ? 'critical' : 'unknown', {
    subject,
    expected: 'an answer',
    actual: reasonOf(outcome),
    evidence: origin,
  })
}
