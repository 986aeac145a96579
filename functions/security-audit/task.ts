import { defineTask, gibibytes, minutes, monthly, type TaskResult } from '@hubkeeper/core'
import * as z from 'zod'
import { judgeEntries } from './accept.ts'
import { conclude } from './conclude.ts'
import { access } from './context.ts'
import { inspectEndpoints } from './endpoints.ts'
import { allOf } from './look.ts'
import { reviewPolicies } from './policies.ts'
import { scanCode } from './scan.ts'
import { findSecrets } from './secrets.ts'
import { inspectStorage } from './storage.ts'

/** Looks at the hub as somebody who means it harm would. */
export const securityAudit = defineTask({
  name: 'security-audit',
  title: 'Monthly security audit',
  summary: 'Code, image, storage, secrets and endpoints looked at; SARIF, score and trend',
  schedule: monthly(2, 'wednesday', '10:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: false,
  audience: 'security',
  input: z.strictObject({}),
  async run(context): Promise<TaskResult> {
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
  },
})
