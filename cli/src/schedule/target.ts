import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type Task, UsageError } from '@hubkeeper/core'
import { allHubs, type ConfiguredHub, type LoadedConfig } from '../config.ts'
import { type Entry, entriesOf, type TimedCadence } from './entries.ts'

/** A configuration file whose hubs a scheduler is to keep. */
export interface Target {
  /** Absolute path of the configuration. */
  readonly file: string
  readonly hubs: readonly ConfiguredHub[]
  readonly entries: readonly Entry[]
  /** Node and the hubkeeper program, absolute: what schedules commands knows no PATH. */
  readonly program: readonly [node: string, script: string]
  /** Directory of what is kept about the schedule: `state/` of the first hub. */
  readonly state: string
}

/** This very Node and this very program. */
const thisProgram = [process.execPath, resolve(import.meta.dirname, '../../bin/hubkeeper.cjs')] as const

/** @throws UsageError for a path that no crontab and no unit can hold */
export function targetOf(loaded: LoadedConfig, tasks: readonly Task[], program = thisProgram): Target {
  const hubs = allHubs(loaded)
  const state = join(hubs[0]?.root ?? '.', 'state')
  for (const path of [loaded.file, state, ...program]) refuseUnwritable(path)
  return { file: loaded.file, hubs, entries: entriesOf(hubs, tasks), program, state }
}

/** The command line that a scheduler runs for a cadence. */
export function commandOf({ file, program }: Target, cadence: TimedCadence): string[] {
  // What runs all the time is due whenever it is woken.
  const due = cadence === 'continuous' ? [] : ['--due']
  return [...program, 'run', cadence, ...due, '--config', file]
}

/** Tells the configurations of one machine apart in names of units. */
export const hashOf = ({ file }: Target): string =>
  createHash('sha256').update(file).digest('hex').slice(0, 8)

/** The hubs, for people. */
export const hubNames = ({ hubs }: Target): string => hubs.map(({ hub }) => hub.id).join(', ')

function refuseUnwritable(path: string): void {
  if (!/\p{Cc}/u.test(path)) return
  throw new UsageError(`the path ${JSON.stringify(path)} has a control character: no schedule can hold it`, {
    hint: 'rename it',
  })
}
