import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigurationError, parseConfig, UsageError } from '@hubkeeper/core'
import { type Command, Option } from 'commander'
import { askChoices } from '../init/ask.ts'
import { discover } from '../init/discovery.ts'
import { type Choices, propose } from '../init/proposal.ts'
import { writeConfig } from '../init/write.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface InitOptions {
  readonly yes?: boolean
  readonly authority?: 'server' | 'offline'
  readonly hub?: string
  readonly database?: string
  readonly baseUrl?: string
  readonly force?: boolean
  readonly print?: boolean
  readonly json?: boolean
}

/** `hubkeeper init`. */
export function registerInit(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('look at a directory and write its hubkeeper.json')
    .argument('[directory]', 'the hub’s directory', '.')
    .option('--yes', 'ask nothing')
    .addOption(
      new Option('--authority <who>', 'server: a server has the database open; offline: nobody has').choices([
        'server',
        'offline',
      ]),
    )
    .option('--hub <id>', 'the hub’s id (else the directory’s name)')
    .option('--database <path>', 'the SQLite file, under the directory')
    .option('--base-url <url>', 'where the hub’s API listens')
    .option('--force', 'replace an existing hubkeeper.json')
    .option('--print', 'print the configuration and write nothing')
    .option('--json', 'one JSON document on standard output and nothing else')
    .option('--debug', 'show stack traces')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper init /srv/my-hub
  hubkeeper init . --yes --authority offline
  hubkeeper init . --yes --print`,
    )
    .action(async (directory: string, options: InitOptions) => {
      await init(resolve(directory), options, terminal)
    })
}

async function init(directory: string, options: InitOptions, terminal: Terminal): Promise<void> {
  await refuseNoDirectory(directory)
  const discovery = await discover(directory)
  const given: Choices = {
    hub: options.hub ?? null,
    database: options.database ?? null,
    authority: options.authority ?? null,
    baseUrl: options.baseUrl ?? null,
  }
  const silent = options.yes || options.print || options.json
  if (!silent && !terminal.interactive) {
    throw new UsageError('there is nobody to ask here', { hint: 'say --yes to take what is found' })
  }
  const choices = silent ? given : await askChoices(discovery, given)
  const { config, remarks } = propose(discovery, choices, Intl.DateTimeFormat().resolvedOptions().timeZone)
  const text = `${JSON.stringify(config, null, 2)}\n`
  const file = join(directory, 'hubkeeper.json')
  // What is written must be what every other command accepts.
  parseConfig(text, file)
  if (!options.print) await writeConfig(file, text, options.force ?? false)
  if (options.json) {
    const written = options.print ? null : file
    terminal.out(JSON.stringify({ schema: 1, file: written, config, remarks }, null, 2))
  } else if (options.print) terminal.out(text.trimEnd())
  else {
    terminal.out([...remarks.map((remark) => `  ${remark}`), '', `wrote ${file}`].join('\n'))
    terminal.out('next: hubkeeper doctor, then hubkeeper run')
  }
}

async function refuseNoDirectory(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => null)
  if (stats?.isDirectory()) return
  throw new ConfigurationError(`${directory} is ${stats === null ? 'not there' : 'not a directory'}`, {
    hint: 'name the directory that holds the hub',
  })
}
