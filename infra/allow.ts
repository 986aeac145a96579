import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import type { Permission } from './grants.ts'
import { acknowledgeWildcards } from './nag.ts'

/** Lets a role do something; a wildcard has to give its reason. */
export function allow(role: Role, { actions, conditions, resources, wildcard }: Permission): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions === undefined ? {} : { conditions }),
    }),
  )
  if (wildcard !== undefined) acknowledgeWildcards(role, resources, wildcard)
}
