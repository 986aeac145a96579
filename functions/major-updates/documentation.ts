import { plainLine } from '@hubkeeper/audit'
import { type CommandEnd, type Finding, finding, formatDuration } from '@hubkeeper/core'
import type { UpdateContext } from './context.ts'

const check = 'documentation.build'

/** Builds the documentation, where the hub says how. */
export async function buildDocumentation({
  documentation,
  dryRun,
  hub,
  progress,
}: Pick<UpdateContext, 'documentation' | 'dryRun' | 'hub' | 'progress'>): Promise<Finding> {
  const skipped = (actual: string): Finding => finding(check, 'skipped', { actual })
  if (hub.audit.documentation === undefined) return skipped('no command builds it (audit.documentation)')
  if (documentation.elsewhere !== null) return skipped(documentation.elsewhere)
  if (dryRun) return skipped('dry run: it would be built')
  progress.step('Building the documentation')
  const end = await documentation.build()
  return end === null ? skipped('no command can build it here') : buildFinding(end)
}

function buildFinding({ code, output, seconds }: CommandEnd): Finding {
  const took = formatDuration(seconds * 1000)
  if (code === 0) return finding(check, 'ok', { actual: `built in ${took}` })
  return finding(check, 'warning', {
    expected: 'exit code 0',
    actual:
      code === null ? `ended by a signal or its time limit after ${took}` : `exit code ${code} after ${took}`,
    evidence: output.map((line) => plainLine(line)),
  })
}
