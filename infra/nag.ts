import { type App, Stack, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js'
import type { IConstruct } from 'constructs'

/** Holds every stack to the AWS Solutions and Serverless rules: `cdk synth` fails on a finding. */
export function addNag(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
}

/** Accepts findings below `scope`, with the reason for each. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const rules = Object.entries(reasons).map(([id, reason]) => ({ id, reason }))
  Validations.of(scope).acknowledge(...rules)
}

/** Accepts exactly these resources with a wildcard in the policies below `scope`. */
export function acknowledgeWildcards(scope: IConstruct, resources: readonly string[], reason: string): void {
  const flat = resources.map((resource) => flattenCfnReference(Stack.of(scope).resolve(resource)))
  const ids = flat
    .filter((resource) => resource.includes('*'))
    .map((resource) => `AwsSolutions-IAM5[Resource::${resource}]`)
  acknowledge(scope, Object.fromEntries(ids.map((id) => [id, reason])))
}
