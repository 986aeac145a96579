import { boundTable, giveBack, makeRoom, recoverFaster, testRecovery } from './capacity-rules.ts'
import { automate, holdChanges, mendTasks, runSchedule, speedUp, watchApi } from './care-rules.ts'
import type { ReviewFacts } from './facts.ts'
import { byRisk, type Recommendation } from './recommendation.ts'
import { auditAll, auditSecurity, closeFlaws, planMajors, renewSupport, seeScore } from './security-rules.ts'

/** Every rule, in the order in which equally pressing recommendations are told. */
const rules: readonly ((facts: ReviewFacts) => readonly Recommendation[])[] = [
  renewSupport,
  closeFlaws,
  makeRoom,
  recoverFaster,
  holdChanges,
  runSchedule,
  mendTasks,
  speedUp,
  testRecovery,
  auditSecurity,
  auditAll,
  seeScore,
  watchApi,
  planMajors,
  boundTable,
  giveBack,
  automate,
]

/** What follows from the facts, the most pressing first. */
export const recommend = (facts: ReviewFacts): Recommendation[] =>
  byRisk(rules.flatMap((rule) => rule(facts)))
