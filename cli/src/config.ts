import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  type Config,
  ConfigurationError,
  type HubConfig,
  messageOf,
  parseConfig,
  UsageError,
} from '@hubkeeper/core'

/** A hub's configuration with the places it names, resolved. */
export interface ConfiguredHub {
  readonly hub: HubConfig & { readonly id: string }
  /** Absolute path of the hub's directory. */
  readonly root: string
  /** Absolute path of the directory that holds `backups/`. */
  readonly backupsRoot: string
  /** Absolute path of the directory for work in progress. */
  readonly scratch: string
}

/** A configuration file, read. */
export interface LoadedConfig {
  readonly file: string
  readonly config: Config
}

/** The file that `--config`, `HUBKEEPER_CONFIG` or the current directory names, in this order. */
export const configFileOf = (option: string | undefined): string =>
  resolve(option ?? process.env.HUBKEEPER_CONFIG ?? 'hubkeeper.json')

/** @throws ConfigurationError that says where it was looked for, or what is wrong with it. */
export async function loadConfig(option: string | undefined): Promise<LoadedConfig> {
  const file = configFileOf(option)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`there is no configuration to read: ${messageOf(error)}`, {
      hint: 'write one with hubkeeper init DIR, or name it with --config FILE or HUBKEEPER_CONFIG',
      cause: error,
    })
  }
  return { file, config: parseConfig(text, file) }
}

/** The hub that `--hub` names, or the only one. @throws UsageError */
export function chooseHub({ config, file }: LoadedConfig, id: string | undefined): ConfiguredHub {
  const ids = Object.keys(config.hubs)
  const chosen = id ?? (ids.length === 1 ? ids[0] : undefined)
  const hub = chosen === undefined ? undefined : config.hubs[chosen]
  if (chosen === undefined || hub === undefined) {
    const problem = id === undefined ? `${file} names several hubs` : `${file} names no hub ${id}`
    throw new UsageError(problem, { hint: `choose one with --hub: ${ids.join(', ')}` })
  }
  return resolveHub(file, chosen, hub)
}

/** Every hub of a configuration. */
export const allHubs = ({ config, file }: LoadedConfig): ConfiguredHub[] =>
  Object.entries(config.hubs).map(([id, hub]) => resolveHub(file, id, hub))

function resolveHub(file: string, id: string, hub: HubConfig): ConfiguredHub {
  const base = dirname(file)
  const root = resolve(base, hub.root)
  return {
    hub: { ...hub, id },
    root,
    backupsRoot: hub.backups.directory === undefined ? root : resolve(base, hub.backups.directory),
    scratch:
      hub.scratch === undefined ? resolve(root, 'state/scratch') : resolve(base, hub.scratch.directory),
  }
}
