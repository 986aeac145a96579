import { type Attachment, only, type TaskResult, together } from '@hubkeeper/core'
import { readPackages } from '../dependency-update/read.ts'
import { readableFindings } from '../dependency-update/readable.ts'
import { byReason } from '../dependency-update/words.ts'
import type { UpdateContext } from './context.ts'
import { buildDocumentation } from './documentation.ts'
import { judgeSupport } from './end-of-life.ts'
import { compareWithIndexes, majorFindings, outdatedMajors } from './majors.ts'
import { upgradePlan } from './plan.ts'
import { runningProducts } from './products.ts'
import { spreadSafetyNet } from './safety-net.ts'

/** What larger upgrades there are, with a proven backup first: without one, none is proposed. */
export async function run(context: UpdateContext): Promise<TaskResult> {
  const { at, hub, progress } = context
  const { failure, proven, structure, ...kept } = await spreadSafetyNet(context)
  progress.step('Reading what is asked for and what is installed')
  const packages = await readPackages(context)
  const comparison = await compareWithIndexes(context, packages.inventory.packages)
  const running = runningProducts(context, packages, structure)
  const products = await judgeSupport(context, running, comparison.compared)
  const attachments: readonly Attachment[] =
    proven === null
      ? []
      : [
          {
            name: 'upgrade-plan.md',
            text: upgradePlan({
              hub: hub.id,
              at,
              backup: proven,
              products,
              outdated: outdatedMajors(comparison),
              unanswered: byReason(comparison.unanswered),
            }),
          },
        ]
  const { findings, figures } = together([
    { findings: [...kept.findings], figures: [...kept.figures] },
    only(...readableFindings(packages, at).map(({ finding }) => finding)),
    majorFindings(comparison),
    only(...products.map(({ finding }) => finding)),
    only(await buildDocumentation(context)),
  ])
  return { ...kept, findings, figures, attachments, failure }
}
