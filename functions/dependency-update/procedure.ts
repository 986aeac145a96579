import { newsIn, type Tellable } from '@hubkeeper/audit'
import { countOf, type Finding, figure, HubkeeperError, type TaskResult } from '@hubkeeper/core'
import { applyProposals } from './apply.ts'
import { askAdvisories } from './ask.ts'
import { type AuditContext, everyTime } from './context.ts'
import { documentText } from './document.ts'
import { flawsTold } from './flaws.ts'
import { askReleases, judgedPackages, outdatedTold } from './outdated.ts'
import { proposalAttachments } from './proposals.ts'
import { propose } from './propose.ts'
import { readPackages } from './read.ts'
import { readableFindings, unversionedFindings } from './readable.ts'
import { flawedPackages } from './vulnerable.ts'

/** Known flaws and newer releases of every package, with the upgrade as a proposal. */
export async function run(context: AuditContext): Promise<TaskResult> {
  const { hub, now, progress } = context
  const began = now().getTime()
  progress.step('Reading what is asked for and what is installed')
  const packages = await readPackages(context)
  const { inventory } = packages
  progress.step(`Asking for known flaws of ${countOf(inventory.packages.length, 'package')}`)
  const asked = await askAdvisories(context, inventory)
  const flawed = asked.state === 'done' ? flawedPackages(inventory, asked.knowledge.flaws.counted) : []
  const flaws = flawsTold(context, asked, inventory, flawed)
  progress.step('Asking for newer releases')
  const releases = await askReleases(context, inventory.packages, new Set(flawed.map(({ of }) => of)))
  const judged = judgedPackages(releases, { python: hub.audit.python.version })
  const outdated = outdatedTold(releases, judged)
  progress.step('Choosing upgrades')
  const proposed = await propose(context, asked, packages, releases)
  const applied = await applyProposals(context, proposed.proposals)
  const tellables = [
    ...readableFindings(packages, context.at),
    ...flaws.tellables,
    ...unversionedFindings(inventory),
    ...outdated.tellables,
    ...everyTime(...proposed.findings, ...applied.findings),
  ]
  const told = await knownOf(context, tellables, [...flaws.unseen, ...outdated.unseen])
  return {
    findings: tellables.map(({ finding }) => finding),
    figures: [
      figure('dependencies.packages', inventory.packages.length, 'count'),
      figure('dependencies.pinned', inventory.pinned, 'count'),
      figure('dependencies.unpinned', inventory.unpinned, 'count'),
      ...flaws.figures,
      ...outdated.figures,
      figure('dependencies.requests', asked.requests + proposed.requests, 'count', 'advisories'),
      figure('dependencies.duration', (now().getTime() - began) / 1000, 'seconds'),
    ],
    attachments: [
      { name: 'audit.json', text: documentText({ asked, judged, packages }) },
      ...proposalAttachments(proposed.proposals),
    ],
    known: told.known,
    failure: applied.failure ?? told.failure,
  }
}

/** Of the findings, those that an earlier run told; what this run tells is remembered, or what keeps it from that. */
async function knownOf(
  { dryRun, memory, slot }: AuditContext,
  tellables: readonly Tellable[],
  unseen: readonly string[],
): Promise<{ readonly known: ReadonlySet<Finding>; readonly failure: HubkeeperError | null }> {
  let known: ReadonlySet<Finding> = new Set()
  try {
    const news = await newsIn(tellables, { memory, slot, unseen })
    known = news.known
    if (!dryRun) await news.remember()
    return { known, failure: null }
  } catch (error) {
    // What was found, and what was written, is reported all the same.
    if (!(error instanceof HubkeeperError)) throw error
    return { known, failure: error }
  }
}
