import { plainLine } from '@hubkeeper/audit'
import { countOf, type Finding, finding, HubkeeperError } from '@hubkeeper/core'
import { boundedLines } from './bounded.ts'
import type { AuditContext } from './context.ts'
import { installerOf } from './install.ts'
import { type Proposal, proposalLines } from './proposals.ts'

const check = 'dependencies.applied'

/** What became of the proposals. */
export interface Applied {
  readonly findings: readonly Finding[]
  /** Upgrades that were written into files. */
  readonly written: number
  /** What kept the rest from being written. */
  readonly failure: HubkeeperError | null
}

/** Writes the proposals into the hub's files where the hub says so; else says what is proposed. */
export async function applyProposals(
  context: AuditContext,
  proposals: readonly Proposal[],
): Promise<Applied> {
  const { dryRun, hub, packages, progress } = context
  const refused = reasonNotTo(hub.audit.updates, dryRun, packages.elsewhere)
  if (refused !== null) {
    const findings = proposals.map((proposal) => proposed(proposal, refused))
    return { findings, written: 0, failure: null }
  }
  const installer = await installerOf(context)
  const findings: Finding[] = []
  let written = 0
  let refusals = 0
  let failure: HubkeeperError | null = null
  for (const proposal of proposals) {
    if (proposal.text === null || failure !== null) {
      findings.push(proposed(proposal, failure === null ? null : 'another file could not be written'))
      continue
    }
    progress.step(`Writing ${plainLine(proposal.key)}`)
    try {
      await installer.expect()
      const kept = await packages.replace(proposal.key, proposal.text, await sha256(proposal.bytes))
      written += proposal.written.length
      findings.push(writtenFinding(proposal, kept))
    } catch (error) {
      if (!(error instanceof HubkeeperError)) throw error
      refusals += 1
      if (error.code === 'precondition-failed') findings.push(changedFinding(proposal))
      else findings.push(refusedFinding(proposal, error))
      if (!ofOneFile.has(error.code)) failure = error
    }
  }
  const installed = await installer.settle({ written, refusals })
  return {
    findings: [...findings, ...installed.findings],
    written,
    failure: failure ?? installed.failure,
  }
}

/** Errors after which other files may be written all the same. */
const ofOneFile: ReadonlySet<string> = new Set([
  'precondition-failed',
  'key-refused',
  'no-access',
  'not-available',
])

function reasonNotTo(updates: 'propose' | 'apply', dryRun: boolean, elsewhere: string | null): string | null {
  if (updates === 'propose') return 'audit.updates is propose'
  return dryRun ? 'dry run' : elsewhere
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function proposed(proposal: Proposal, reason: string | null): Finding {
  const count = countOf(proposal.written.length, 'upgrade')
  return finding(check, 'skipped', {
    subject: plainLine(proposal.key),
    actual:
      proposal.text === null
        ? 'nothing can be written into it'
        : `${count} proposed${reason === null ? '' : `, not written: ${reason}`}`,
    evidence: boundedLines(proposalLines(proposal)),
  })
}

const writtenFinding = (proposal: Proposal, kept: string): Finding =>
  finding(check, 'ok', {
    subject: plainLine(proposal.key),
    actual: `${countOf(proposal.written.length, 'upgrade')} written; the file as it was: ${kept}`,
    evidence: boundedLines(proposalLines(proposal)),
  })

const changedFinding = (proposal: Proposal): Finding =>
  finding(check, 'warning', {
    subject: plainLine(proposal.key),
    expected: 'the file as it was read',
    actual: 'somebody changed it meanwhile; nothing was written',
    advice: 'run it again: hubkeeper run dependency-update',
    evidence: boundedLines(proposalLines(proposal)),
  })

const refusedFinding = (proposal: Proposal, { hint, message }: HubkeeperError): Finding =>
  finding(check, 'warning', {
    subject: plainLine(proposal.key),
    expected: 'a file that may be replaced',
    actual: plainLine(message),
    advice: hint,
    evidence: boundedLines(proposalLines(proposal)),
  })
