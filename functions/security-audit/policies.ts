import { days, finding, type HubConfig } from '@hubkeeper/core'
import { allOf, type Look, lookOf } from './look.ts'

/** Which security policies people should have read again by now. */
export function reviewPolicies({ audit: { policies } }: HubConfig, at: Date): Look {
  if (policies.length === 0) {
    return lookOf(finding('policies.review', 'skipped', { actual: 'audit.policies names none' }))
  }
  return allOf(
    policies.map(({ everyDays, name, reviewed }) => {
      const due = new Date(Date.parse(reviewed) + days(everyDays)).toISOString().slice(0, 10)
      const overdue = at.toISOString().slice(0, 10) > due
      const status = overdue ? 'warning' : 'ok'
      const actual = `reviewed on ${reviewed}, due again on ${due}`
      return lookOf(finding('policies.review', status, { subject: name, actual }), { identity: reviewed })
    }),
  )
}
