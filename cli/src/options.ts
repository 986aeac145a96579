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

/** A day, or a time of it with the zone that it is of: without one it would be that of whoever reads it. */
const momentPattern = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** A moment in ISO 8601; a day is its beginning in UTC. */
export function parseMoment(text: string): Date {
  const [, day] = momentPattern.exec(text) ?? []
  const moment = new Date(text)
  if (day === undefined || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError(
      'write it as 2026-11-24T04:30:00Z, or with another zone than UTC at its end',
    )
  }
  if (!isDay(day)) throw new InvalidArgumentError('there is no such day')
  return moment
}

/** Whether there is a day, written as 2026-12-31: the 31st of a shorter month is read as a day of the next one. */
export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
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
