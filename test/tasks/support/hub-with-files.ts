import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleHub, type TestHub } from '../../support/hub.ts'

/** The path of a key in a hub. */
export const at = ({ directory }: TestHub, key: string): string => join(directory, key)

/** A file of the hub; null where there is none. */
export const read = (hub: TestHub, key: string): string | null =>
  existsSync(at(hub, key)) ? readFileSync(at(hub, key), 'utf8') : null

export const commands = (hub: TestHub): unknown => hub.value('SELECT count(*) FROM commands')

/** A hub with configuration, requirements and a search index, all of them kept. */
export function hubWithFiles(): TestHub {
  const hub = sampleHub({ articles: 20 })
  mkdirSync(at(hub, 'config'))
  for (const name of ['a', 'b', 'c']) writeFileSync(at(hub, `config/${name}.toml`), `${name} = 1`)
  chmodSync(at(hub, 'config/a.toml'), 0o640)
  hub.configure({
    database: { crossCheckMaxBytes: 0 },
    requirements: ['requirements.txt'],
    searchIndex: { files: ['knowledge/search_index/*.json'] },
  })
  return hub
}

/** A changed, a missing and a new file, and another row. */
export function change(hub: TestHub): void {
  writeFileSync(at(hub, 'config/a.toml'), 'a = 2')
  rmSync(at(hub, 'config/b.toml'))
  writeFileSync(at(hub, 'config/new.toml'), 'new')
  hub.execute("INSERT INTO commands VALUES ('later', 'row')")
}

export const filesNow = (hub: TestHub) => ['a', 'b', 'new'].map((name) => read(hub, `config/${name}.toml`))
