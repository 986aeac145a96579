import { defineTask, mebibytes, minutes, type Part, together, weekly } from '@hubkeeper/core'
import * as z from 'zod'
import { access, type CleanupContext } from './context.ts'
import { cleanUp, type FilePlan, kindsOf, notHere, planFiles } from './files.ts'
import { planBackups, retain } from './retention.ts'

/** Deletes expired temporary files, caches, and backups past their time; plans first. */
export const cleanup = defineTask({
  name: 'cleanup',
  title: 'Weekly cleanup',
  summary: 'Expired temporary files, caches, and backups past their time, deleted as a plan says',
  schedule: weekly('sunday', '14:45'),
  access,
  limits: { memory: 512, timeout: minutes(15), scratch: mebibytes(512) },
  writes: true,
  input: z.strictObject({}),
  async run(context) {
    const backups = await planBackups(context)
    const files = await planAllFiles(context)
    const cleaned = await cleanUpAll(context, files)
    const retained = await retain(context, backups)
    return {
      findings: [...cleaned.findings, ...retained.findings],
      figures: [...cleaned.figures, ...retained.figures],
    }
  },
})

/** Temporary files and caches; nothing where the hub's files are out of reach. */
async function planAllFiles(context: CleanupContext): Promise<FilePlan[]> {
  if (context.files.elsewhere !== null) return []
  context.progress.step('Looking for temporary files and caches')
  const plans: FilePlan[] = []
  for (const kind of kindsOf(context)) {
    const plan = await planFiles(context, kind)
    const others = new Set(plans.flatMap(({ planned }) => planned.map(({ key }) => key)))
    plans.push({ ...plan, planned: plan.planned.filter(({ key }) => !others.has(key)) })
  }
  return plans
}

async function cleanUpAll(context: CleanupContext, plans: readonly FilePlan[]): Promise<Part> {
  const { elsewhere } = context.files
  if (elsewhere !== null) {
    return { findings: kindsOf(context).map((kind) => notHere(kind, elsewhere)), figures: [] }
  }
  const parts: Part[] = []
  for (const plan of plans) parts.push(await cleanUp(context, plan))
  return together(parts)
}
