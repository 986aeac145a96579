import { boundTable, giveBack, makeRoom, recoverFaster, testRecovery } from './capacity-rules.ts'
import {
  auditSecurity,
  automate,
  closeFlaws,
  holdChanges,
  mendTasks,
  planMajors,
  renewSupport,
  runSchedule,
  seeScore,
  speedUp,
  watchApi,
} from './care-rules.ts'
import type { ReviewFacts } from './facts.ts'
import { byRisk, type Recommendation } from './recommendation.ts'

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
