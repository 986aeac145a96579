import { join } from 'node:path'
import { type ConfiguredHub, chooseHub, loadConfig } from '../../cli/src/config.ts'

/** The one hub of the configuration in a directory. */
export const configuredIn = async (directory: string): Promise<ConfiguredHub> =>
  chooseHub(await loadConfig(join(directory, 'hubkeeper.json')), undefined)
