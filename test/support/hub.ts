import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ConfigInput } from '@hubkeeper/core'
import { createSampleHub, type SampleHubOptions } from '../../examples/sample-hub/create.ts'
import { askingNobody } from './asking-nobody.ts'
import { temporaryDirectory } from './temporary.ts'

type HubInput = ConfigInput['hubs'][string]

/** A hub in a directory of its own. */
export interface TestHub {
  readonly directory: string
  readonly database: string
  /** Replaces the configuration: these keys over the least there can be. */
  configure(hub: Partial<Omit<HubInput, 'database'>> & { database?: Partial<HubInput['database']> }): void
  /** Runs SQL in the database. */
  execute(sql: string): void
  /** The first value of a query. */
  value(sql: string): unknown
}

/** Ids of the backups in a hub’s directory, oldest first: within one second, ids do not tell which came first. */
export const backupIds = ({ directory }: Pick<TestHub, 'directory'>): string[] =>
  readdirSync(join(directory, 'backups'))
    .map((id) => ({ id, order: `${id.slice(0, 16)} ${takenAtOf(join(directory, 'backups', id))} ${id}` }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ id }) => id)

const takenAtOf = (backup: string): string => {
  const manifest = join(backup, 'manifest.json')
  const text = existsSync(manifest) ? readFileSync(manifest, 'utf8') : ''
  return /"takenAt": ?"([^"]+)"/.exec(text)?.[1] ?? ''
}

/** A sample hub, offline unless configured otherwise. */
export function sampleHub(options: Partial<SampleHubOptions> = {}): TestHub {
  const directory = join(temporaryDirectory(), 'hub')
  mkdirSync(directory)
  const { database } = createSampleHub({ journalMode: 'delete', articles: 60, ...options, directory })
  const hub: TestHub = {
    directory,
    database,
    configure({ audit, database: own, ...rest }) {
      const config: ConfigInput = {
        hubs: {
          hub: {
            database: { path: 'knowledge/hub.db', authority: 'offline', ...own },
            audit: { ...askingNobody.audit, ...audit },
            ...rest,
          },
        },
      }
      writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
    },
    execute(sql) {
      const connection = new DatabaseSync(database, { timeout: 5000 })
      connection.exec(sql)
      connection.close()
    },
    value(sql) {
      const connection = new DatabaseSync(database, { readOnly: true })
      const value = Object.values(connection.prepare(sql).get() ?? {})[0]
      connection.close()
      return value
    },
  }
  hub.configure({})
  return hub
}
