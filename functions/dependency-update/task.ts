import { defineTask, mebibytes, minutes, weekly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from './context.ts'

/** Known flaws and newer releases of every package, with the upgrade as a proposal. */
export const dependencyUpdate = defineTask({
  name: 'dependency-update',
  title: 'Weekly audit of dependencies',
  summary: 'Known flaws and newer releases of what is installed and asked for; upgrades proposed or written',
  schedule: weekly('sunday', '14:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: mebibytes(512) },
  audience: 'security',
  // Upgrades are written into the requirements where the hub says so.
  writes: true,
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
