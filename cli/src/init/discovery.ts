import type { Dirent, Stats } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** A SQLite file that was found. */
export interface FoundDatabase {
  /** Under the directory, with `/`. */
  readonly key: string
  readonly bytes: number
}

/** What a directory holds that looks like parts of a hub. */
export interface Discovery {
  readonly directory: string
  /** Largest first. */
  readonly databases: readonly FoundDatabase[]
  /** Globs that match the logs. */
  readonly logs: readonly string[]
  /** Globs that match the files of a search index. */
  readonly searchIndex: readonly string[]
  readonly requirements: readonly string[]
  /** What an `mcp_server_config.json` says; null without one. */
  readonly server: ServerConfig | null
  /** A port that a configuration file names. */
  readonly port: { readonly number: number; readonly source: string } | null
  /** Folders that could not be read. */
  readonly unreadable: readonly string[]
  /** There was more than was looked at. */
  readonly truncated: boolean
}

/** What a hub's server configuration says of itself. */
export interface ServerConfig {
  readonly key: string
  readonly database: string | null
  readonly searchIndex: string | null
  readonly endpoints: Readonly<Record<string, string>>
}

const serverConfigSchema = z.object({
  database_config: z
    .object({ db_path: z.string().optional(), search_index_path: z.string().optional() })
    .optional(),
  endpoints: z.record(z.string(), z.string()).optional(),
})

const maxDepth = 6
const maxEntries = 20_000
const maxConfigBytes = 1024 ** 2
const skipped = new Set([
  'node_modules',
  '__pycache__',
  'venv',
  'env',
  'site-packages',
  'backups',
  'reports',
  'state',
])
const magic = 'SQLite format 3\0'

interface FoundFile {
  readonly key: string
  readonly stats: Stats
}

/** Looks at a directory, without following links and without opening any database as one. */
export async function discover(directory: string): Promise<Discovery> {
  const { files, truncated, unreadable } = await walk(directory)
  const databases: FoundDatabase[] = []
  for (const { key, stats } of files) {
    if (stats.size >= 512 && (await beginsLikeSqlite(join(directory, key))))
      databases.push({ key, bytes: stats.size })
  }
  const keys = files.map(({ key }) => key)
  const server = await findServerConfig(directory, keys)
  return {
    directory,
    databases: databases.sort((a, b) => b.bytes - a.bytes),
    logs: globsOf(keys.filter((key) => /\.log$|(^|\/)logs?\/[^/]+\.json$/.test(key))),
    searchIndex: globsOf(keys.filter((key) => isIndexFile(key, server))),
    requirements: keys.filter((key) => /(^|\/)requirements[^/]*\.txt$/.test(key)),
    server,
    port: await findPort(directory, keys),
    unreadable,
    truncated,
  }
}

async function walk(
  directory: string,
): Promise<{ files: FoundFile[]; truncated: boolean; unreadable: string[] }> {
  const files: FoundFile[] = []
  const unreadable: string[] = []
  const folders = [{ key: '', depth: 0 }]
  let seen = 0
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const { depth, key: parent } = folder
    for (const entry of await entriesOf(join(directory, parent), () => unreadable.push(parent))) {
      seen += 1
      if (seen > maxEntries) return { files, unreadable, truncated: true }
      const key = parent === '' ? entry.name : `${parent}/${entry.name}`
      if (entry.isDirectory()) {
        const wanted = depth < maxDepth && !skipped.has(entry.name) && !entry.name.startsWith('.')
        if (wanted) folders.push({ key, depth: depth + 1 })
      } else if (entry.isFile()) {
        // A file that went meanwhile was not part of the hub.
        const stats = await stat(join(directory, key)).catch(() => null)
        if (stats !== null) files.push({ key, stats })
      }
    }
  }
  return { files, unreadable, truncated: false }
}

async function entriesOf(path: string, onUnreadable: () => void): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    onUnreadable()
    return []
  }
}

/** Whether a file has SQLite's header; one that cannot be read has not. */
async function beginsLikeSqlite(path: string): Promise<boolean> {
  try {
    await using handle = await open(path)
    const buffer = Buffer.alloc(magic.length)
    await handle.read(buffer, 0, buffer.length, 0)
    return buffer.toString('latin1') === magic
  } catch {
    return false
  }
}

/** One glob per folder and ending: new files of the same kind are found as well. */
const globsOf = (keys: readonly string[]): string[] => [
  ...new Set(keys.map((key) => key.replace(/[^/]+(\.[^./]+)$/, '*$1'))),
]

function isIndexFile(key: string, server: ServerConfig | null): boolean {
  if (!key.endsWith('.json')) return false
  const configured = server?.searchIndex
  return configured ? key.startsWith(`${configured}/`) : /(^|\/)(search_)?index(es)?\//.test(key)
}

async function findServerConfig(directory: string, keys: readonly string[]): Promise<ServerConfig | null> {
  const key = keys.find((candidate) => /(^|\/)mcp_server_config\.json$/.test(candidate))
  if (key === undefined) return null
  const parsed = serverConfigSchema.safeParse(await readJson(join(directory, key)))
  if (!parsed.success) return null
  const { database_config: database, endpoints } = parsed.data
  const known = (path: string | undefined): string | null => resolveUnder(keys, key, path)
  return {
    key,
    database: known(database?.db_path),
    searchIndex: known(database?.search_index_path),
    endpoints: endpoints ?? {},
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8')
    return text.length > maxConfigBytes ? null : JSON.parse(text)
  } catch {
    return null
  }
}

/** A path as such files mean it: under the hub's directory, or beside the file itself. */
function resolveUnder(keys: readonly string[], file: string, path: string | undefined): string | null {
  if (path === undefined) return null
  const clean = path.replace(/^\.\//, '').replace(/\/$/, '')
  const beside = file.includes('/') ? `${file.slice(0, file.lastIndexOf('/'))}/${clean}` : clean
  return (
    [clean, beside].find((option) => keys.some((key) => key === option || key.startsWith(`${option}/`))) ??
    null
  )
}

/** A port in `config/*.yaml`, `*.env` and the like; the first one that looks like a server's. */
async function findPort(directory: string, keys: readonly string[]): Promise<Discovery['port']> {
  for (const key of keys.filter(
    (candidate) => /\.(ya?ml|env|toml)$/.test(candidate) && /config|env|server|settings/.test(candidate),
  )) {
    const text = await readFile(join(directory, key), 'utf8').catch(() => '')
    const number = Number(
      /^\s*(?:API_|SERVER_|HTTP_|APP_)?port\s*[:=]\s*["']?(\d{2,5})["']?\s*$/im.exec(text)?.[1],
    )
    if (number > 0 && number < 65_536) return { number, source: key }
  }
  return null
}
