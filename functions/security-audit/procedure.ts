import type { TaskResult } from '@hubkeeper/core'
import { judgeEntries } from './accept.ts'
import { conclude } from './conclude.ts'
import type { SecurityContext } from './context.ts'
import { inspectEndpoints } from './endpoints.ts'
import { allOf } from './look.ts'
import { reviewPolicies } from './policies.ts'
import { scanCode } from './scan.ts'
import { findSecrets } from './secrets.ts'
import { inspectStorage } from './storage.ts'

/** Looks at the hub as somebody who means it harm would. */
export async function run(context: SecurityContext): Promise<TaskResult> {
  const { at, hub } = context
  const look = allOf([
    await scanCode(context),
    await inspectStorage(context),
    await findSecrets(context),
    await inspectEndpoints(context),
    reviewPolicies(hub, at),
  ])
  const issues = look.issues.map(({ issue }) => issue)
  const everythingSeen = look.blind.length + look.partial.length === 0
  const entries = judgeEntries(hub.audit.ignore, issues, at, everythingSeen)
  return conclude(context, allOf([look, entries]))
}
