import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, parseConfig } from '@hubkeeper/core'
import { root } from './bundle/esbuild.ts'

const example = join(root, 'examples/aws/hubkeeper.json')

/**
 * The configuration to deploy: the file that HUBKEEPER_CONFIG names, else ./hubkeeper.json. Without
 * either the example, so that there is something to look at; `warn` is told so.
 *
 * @throws ConfigurationError that names every wrong value
 */
export function readConfiguration(warn: (text: string) => void): Config {
  const named = process.env.HUBKEEPER_CONFIG
  const file = named ?? 'hubkeeper.json'
  if (named === undefined && !existsSync(file)) {
    warn(
      [
        'NOTE: there is no hubkeeper.json here, so this is the EXAMPLE deployment. Do not deploy it.',
        '      Write one with: npx hubkeeper init',
        `      or start from:  ${example}`,
        '      A file elsewhere is named by HUBKEEPER_CONFIG.',
      ].join('\n'),
    )
    return parseConfig(readFileSync(example, 'utf8'), example)
  }
  return parseConfig(readFileSync(file, 'utf8'), file)
}
