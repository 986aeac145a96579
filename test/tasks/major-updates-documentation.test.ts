import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema } from '@hubkeeper/core'
import { documentationBuilder } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { buildDocumentation } from '../../functions/major-updates/documentation.ts'
import { temporaryDirectory } from '../support/temporary.ts'

describe('documentation', () => {
  /** Builds it with a command, by the driver that the task is given. */
  async function built(build: readonly string[], timeoutMinutes = 1) {
    const root = temporaryDirectory()
    const documentation = { build: [...build], timeoutMinutes }
    const config = configSchema.parse({
      hubs: { hub: { database: { path: 'a.db' }, audit: { documentation } } },
    })
    const hub = config.hubs.hub
    if (hub === undefined) throw new Error('there is no hub')
    const context = { hub: { ...hub, id: 'hub' }, dryRun: false, progress: { step: () => {} } }
    const driver = documentationBuilder({ root, documentation })
    return { root, finding: await buildDocumentation({ ...context, documentation: driver }) }
  }

  it('is built in the hub’s directory', async () => {
    const { finding, root } = await built(['sh', '-c', 'echo built > site.txt'])
    expect(finding).toMatchObject({ status: 'ok', actual: expect.stringMatching(/^built in /) })
    expect(readFileSync(join(root, 'site.txt'), 'utf8')).toBe('built\n')
  })

  it('may print whatever it likes', async () => {
    const { finding } = await built(['sh', '-c', 'head -c 100000000 /dev/zero; echo end'])
    expect(finding.status).toBe('ok')
  })

  it.each([
    [
      'fails',
      ['sh', '-c', 'printf "\\033[31mbroken link" >&2; exit 4'],
      1,
      /^exit code 4 after /,
      'broken link',
    ],
    ['is missing', ['no-such-program'], 1, /^exit code 127 /, 'no-such-program'],
    ['takes too long', ['sleep', '60'], 0.002, /time limit/, 'killed'],
  ])('whose command %s is a warning with the last lines', async (_, command, timeout, actual, line) => {
    const { finding } = await built(command, timeout)
    expect(finding).toMatchObject({
      status: 'warning',
      actual: expect.stringMatching(actual),
      evidence: [expect.stringContaining(line)],
    })
  })
})
