import { advisoriesIn, type MarkerEnvironment, plainLine } from '@hubkeeper/audit'
import type { AdvisorySource } from '@hubkeeper/core'
import { osvClient } from '@hubkeeper/http'
import type { Terminal } from '../terminal/terminal.ts'
import { advisoryFilesAt } from './files.ts'
import { auditRequirements } from './requirements.ts'
import { auditText } from './text.ts'

/** Options of `hubkeeper audit requirements`. */
export interface AuditOptions {
  readonly advisories?: string
  readonly url: string
  readonly python: string
  readonly platform: MarkerEnvironment['platform']
  readonly json?: boolean
}

/** Width of a table that nobody looks at on a terminal, characters. */
const usualWidth = 120

/** Audits the files, and shows what was found. */
export async function audit(
  files: readonly string[],
  options: AuditOptions,
  terminal: Terminal,
): Promise<void> {
  const began = performance.now()
  const found = await auditRequirements({
    files,
    environment: { python: options.python, platform: options.platform },
    advisories: sourceOf(options),
    directory: process.cwd(),
  })
  // The document has no place for it, and nobody should miss it.
  if (options.json) for (const remark of found.remarks) terminal.err(plainLine(remark))
  // Some terminals say that they are 0 wide.
  const width = process.stdout.columns || usualWidth
  terminal.out(
    options.json
      ? JSON.stringify(found.document, null, 2)
      : auditText(terminal, found, { took: performance.now() - began, width }),
  )
  process.exitCode = found.document.findings.length > 0 ? 1 : found.incomplete ? 3 : 0
}

const sourceOf = ({ advisories, url }: AuditOptions): AdvisorySource =>
  advisories === undefined
    ? osvClient({ url, memory: null, now: () => new Date() })
    : advisoriesIn(advisoryFilesAt(advisories))
