import {
  type Finding,
  finding,
  type Outcome,
  type RestoredCopy,
  reasonOf,
  type Statement,
  seconds,
  type TimedStatement,
  thresholdsOf,
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
  const own: Outcome<readonly Statement[]> = { state: 'done', value: hub.database.statements }
  const guessed = own.value.length === 0
  const chosen = guessed ? await backups.guessStatements(copy) : own
  if (chosen.state !== 'done') {
    const actual = `no statements are configured, and none could be guessed: ${reasonOf(chosen)}`
    return {
      findings: [finding('drill.start-up', 'unknown', { subject: 'statements', actual })],
      seconds: null,
    }
  }
  if (chosen.value.length === 0) return { findings: [], seconds: null }
  const { critical, warning } = thresholdsOf('database.query-time', hub.thresholds)
  const timeLimit = seconds((critical ?? warning) * 3)
  const timed = await backups.timeStatements(copy, chosen.value, { samples: 1, timeLimit })
  const times = timed.map(({ outcome }) => (outcome.state === 'done' ? outcome.value.first : null))
  const answered = times.filter((time) => time !== null)
  return {
    findings: timed.map((each) => answerFinding(each, guessed)),
    seconds: answered.length < times.length ? null : answered.reduce((sum, time) => sum + time, 0),
  }
}

function answerFinding({ name: subject, outcome }: TimedStatement, guessed: boolean): Finding {
  const origin = guessed ? ['guessed from the schema: name the hub’s own as database.statements'] : []
  if (outcome.state === 'done') {
    const { first, rows } = outcome.value
    const gives = `gives ${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`
    return finding('drill.start-up', 'ok', {
      subject,
      expected: 'an answer',
      actual: first,
      evidence: [gives, ...origin],
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
