import { advisoriesIn, type MarkerEnvironment, plainLine } from '@hubkeeper/audit'
import { type AdvisorySource, auditSchema } from '@hubkeeper/core'
import { osvClient } from '@hubkeeper/http'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { advisoryFilesAt } from '../audit/files.ts'
import { auditRequirements } from '../audit/requirements.ts'
import { auditText } from '../audit/text.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface AuditOptions {
  readonly advisories?: string
  readonly url: string
  readonly python: string
  readonly platform: MarkerEnvironment['platform']
  readonly json?: boolean
}

/** What a hub would be audited by that says nothing else. */
const usual = auditSchema.parse({})

/** Width of a table that nobody looks at on a terminal, characters. */
const usualWidth = 120

/** `hubkeeper audit requirements`. */
export function registerAudit(program: Command, terminal: Terminal): void {
  program
    .command('audit')
    .description('look for known flaws in dependencies, by hand or in CI; takes no hub')
    .command('requirements')
    .description('known flaws of what a requirements file or a package-lock.json pins')
    .argument('<file...>', 'the files that they include are read as well, and constraints apply')
    .option(
      '--advisories <path>',
      'a directory, .jsonl or .zip of OSV records to look in, in place of a server',
    )
    .option('--url <url>', 'a server with the OSV API', parseUrl, usual.advisories.url ?? '')
    .option('--python <version>', 'that markers are judged for', parsePython, usual.python.version)
    .addOption(
      new Option('--platform <name>', 'that markers are judged for')
        .choices(['linux', 'darwin', 'win32'])
        .default(usual.python.platform),
    )
    .option('--json', 'one JSON document on standard output and nothing else')
    .option('--debug', 'show stack traces')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper audit requirements requirements.txt
  hubkeeper audit requirements requirements*.txt --json
  hubkeeper audit requirements requirements.txt --advisories all.zip     without a network

Exit codes: 0 no known flaw, 1 some, 2 usage or a file that is not there, 3 advisories cannot be had, not for
every package, or a file that is included cannot be read. A server is sent names and versions of packages, and nothing else.`,
    )
    .action((files: string[], options: AuditOptions) => audit(files, options, terminal))
}

async function audit(files: readonly string[], options: AuditOptions, terminal: Terminal): Promise<void> {
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

function parseUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new InvalidArgumentError('write it as https://api.osv.dev')
}

function parsePython(text: string): string {
  if (/^3\.\d+(\.\d+)?$/.test(text)) return text
  throw new InvalidArgumentError('write it as 3.11')
}
