import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ConfigurationError,
  type Deployment,
  deploymentSchema,
  deploymentVariable,
  type FunctionConfig,
  functionConfigFile,
  functionConfigSchema,
  messageOf,
} from '@hubkeeper/core'
import type * as z from 'zod'

/** What a function was deployed with. */
export interface Environment {
  readonly deployment: Deployment
  readonly config: FunctionConfig
}

/** @throws ConfigurationError that says what is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const folder = variables.LAMBDA_TASK_ROOT ?? process.cwd()
  return {
    deployment: parse(deploymentVariable, () => variables[deploymentVariable] ?? '', deploymentSchema),
    config: parse(
      functionConfigFile,
      () => readFileSync(join(folder, functionConfigFile), 'utf8'),
      functionConfigSchema,
    ),
  }
}

function parse<T extends z.ZodType>(name: string, text: () => string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(text()))
  } catch (error) {
    throw new ConfigurationError(`${name} of this function cannot be used: ${messageOf(error)}`, {
      hint: 'deploy again: npx cdk deploy --all',
      cause: error,
    })
  }
}
