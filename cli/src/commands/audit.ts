import { auditSchema } from '@hubkeeper/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AuditOptions } from '../audit/command.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** What a hub would be audited by that says nothing else. */
const usual = auditSchema.parse({})

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
    .action(async (files: string[], options: AuditOptions) => {
      // What it understands of packages takes time to load, which no other command has to wait for.
      const { audit } = await import('../audit/command.ts')
      await audit(files, options, terminal)
    })
}

function parseUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new InvalidArgumentError('write it as https://api.osv.dev')
}

function parsePython(text: string): string {
  if (/^3\.\d+(\.\d+)?$/.test(text)) return text
  throw new InvalidArgumentError('write it as 3.11')
}
