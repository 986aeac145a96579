import { readFileSync } from 'node:fs'
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyViolation } from 'aws-cdk-lib'
import * as z from 'zod'

/** What an account allows unless AWS was asked for more; each is only noticed in the midst of a deployment. */
const limits = { templateBytes: 1024 ** 2, resources: 500, policiesOfRole: 10 } as const

const fix = 'keep fewer hubs in one deployment: make another one, with another aws.name, for the rest'

const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.looseObject({ Roles: z.unknown().optional() }).optional(),
    }),
  ),
})

/** Fails the synthesis of what could not be deployed, as there are too many hubs in it. */
export const deploymentLimits: IPolicyValidationPlugin = {
  name: 'hubkeeper-limits',
  validate({ templatePaths }: IPolicyValidationContext) {
    const violations = templatePaths.flatMap(violationsIn)
    return { success: violations.length === 0, violations }
  },
}

function violationsIn(templatePath: string): PolicyViolation[] {
  const text = readFileSync(templatePath, 'utf8')
  const resources = Object.values(templateSchema.parse(JSON.parse(text)).Resources)
  const attached = resources
    .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
    .map(({ Properties }) => JSON.stringify(Properties?.Roles))
  const perRole = [...Map.groupBy(attached, (roles) => roles).values()].map(({ length }) => length)
  const found: readonly (readonly [what: string, seen: number, most: number])[] = [
    ['bytes of a template', Buffer.byteLength(text), limits.templateBytes],
    ['resources in a stack', resources.length, limits.resources],
    ['policies attached to one role', Math.max(0, ...perRole), limits.policiesOfRole],
  ]
  return found
    .filter(([, seen, most]) => seen > most)
    .map(([what, seen, most]) => ({
      ruleName: 'TooManyHubs',
      description: `${seen} ${what}, where AWS takes ${most}`,
      fix,
      severity: 'error',
      violatingResources: [{ locations: [what], templatePath }],
    }))
}
