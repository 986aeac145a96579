import {
  HubkeeperError,
  keys,
  listAll,
  type ObjectStore,
  type Report,
  reportMarkdown,
  reportSchema,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import { reportText } from '../terminal/report.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'

/** `hubkeeper report`. */
export function registerReport(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('report'))
    .description('the last report, or the one of a task or a run')
    .argument('[id]', 'a task, or the id of a run')
    .option('--markdown', 'as Markdown')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper report                       the last one of anything
  hubkeeper report database-maintenance  the last one of a task
  hubkeeper report 01KB2V… --markdown`,
    )
    .action(async (id: string | undefined, options: CommonOptions & { markdown?: boolean }) => {
      const configured = chooseHub(await loadConfig(options.config), options.hub)
      await withEmbedded(configured, async ({ store }) => {
        const report = await findReport(store, id)
        if (options.json) terminal.out(JSON.stringify(report, null, 2))
        else terminal.out(options.markdown ? reportMarkdown(report).trimEnd() : reportText(terminal, report))
      })
    })
}

/** Runs are ULIDs, so the greatest id is the latest. @throws HubkeeperError when there is none */
async function findReport(store: ObjectStore, id: string | undefined): Promise<Report> {
  let latest: { run: string; key: string } | null = null
  for await (const { key } of listAll(store, keys.reports)) {
    const [, task, file] = key.split('/')
    const run = file?.endsWith('.json') ? file.slice(0, -'.json'.length) : null
    if (run === null || (id !== undefined && id !== task && id !== run)) continue
    if (latest === null || run > latest.run) latest = { run, key }
  }
  const stored = latest === null ? null : await store.get(latest.key)
  if (latest === null || stored === null) {
    throw new HubkeeperError(
      'object-missing',
      id === undefined ? 'there is no report yet' : `there is no report of ${id}`,
      {
        hint: 'run a task first: hubkeeper run health-check',
      },
    )
  }
  const parsed = reportSchema.safeParse(JSON.parse(new TextDecoder().decode(stored.body)))
  if (parsed.success) return parsed.data
  throw new HubkeeperError('io', `${latest.key} is not a report that this version understands`, {
    hint: 'read the .md file beside it',
  })
}
