import { type Command, InvalidArgumentError, Option } from 'commander'

/** Options that every command has. */
export interface CommonOptions {
  readonly config?: string
  readonly hub?: string
  readonly json?: boolean
  readonly debug?: boolean
}

/** Options of the commands that run tasks. */
export interface RunOptions extends CommonOptions {
  readonly dryRun?: boolean
  readonly at?: Date
  readonly scheduled?: Date
}

/** A moment in ISO 8601. */
export function parseMoment(text: string): Date {
  const moment = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError('write it as 2026-11-24T04:30:00Z')
  }
  return moment
}

/** Adds the options that every command has, also one about all hubs of a configuration. */
export const withConfigOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file (else HUBKEEPER_CONFIG, else ./hubkeeper.json)')
    .option('--json', 'one JSON document on standard output and nothing else')
    .option('--debug', 'show stack traces')

/** Adds the options of a command about one hub. */
export const withCommonOptions = (command: Command): Command =>
  withConfigOptions(command.option('--hub <id>', 'which hub, where several are configured'))

/** Adds the options of commands that run tasks. */
export function withRunOptions(command: Command): Command {
  return withCommonOptions(command)
    .option('--dry-run', 'say what would be done, and change nothing')
    .addOption(
      new Option(
        '--at <time>',
        'the moment that windows and ages count from; implies --dry-run where something would be deleted',
      ).argParser(parseMoment),
    )
    .addOption(
      new Option(
        '--scheduled <time>',
        'the scheduled time this run is for; the same one twice runs once',
      ).argParser(parseMoment),
    )
}
