import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, functionConfigFile, functionConfigOf, type Task } from '@hubkeeper/core'
import { bundle, shared } from './esbuild.ts'

/** What a function is made of beside its layers. */
export interface FunctionSource {
  readonly task: Task
  readonly config: Config
  /** The whole registry: functions that read the ledger are told what is expected to run. */
  readonly tasks: readonly Task[]
}

/** Writes the function of a task to `outDir`: its own code, and the configuration that its access needs. */
export async function bundleFunction(source: FunctionSource, outDir: string): Promise<string> {
  const { config, task, tasks } = source
  const entry = `functions/${task.name}/handler.ts`
  await bundle({ entry, outfile: join(outDir, 'index.js'), external: shared })
  const functionConfig = functionConfigOf(task.access, config, tasks)
  mkdirSync(outDir, { recursive: true })
  writeFileSync(join(outDir, functionConfigFile), `${JSON.stringify(functionConfig, null, 2)}\n`)
  return outDir
}
