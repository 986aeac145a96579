import type { Command } from 'commander'
import { allHubs, chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { collectStatus, type HubStatus } from '../status/collect.ts'
import { statusText } from '../status/text.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `hubkeeper status`. */
export function registerStatus(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('status'))
    .description('age of the newest proven backup, then every task and every KPI')
    .option('--at <time>', 'the moment that ages count from', parseMoment)
    .addHelpText(
      'after',
      '\nExamples:\n  hubkeeper status\n  hubkeeper status --json                 for a monitor: newestProvenBackup.ageSeconds',
    )
    .action(async (options: CommonOptions & { at?: Date }) => {
      const at = options.at ?? new Date()
      const loaded = await loadConfig(options.config)
      const hubs = options.hub === undefined ? allHubs(loaded) : [chooseHub(loaded, options.hub)]
      const all: HubStatus[] = []
      for (const hub of hubs) all.push(await collectStatus(hub, at))
      if (options.json) terminal.out(JSON.stringify({ schema: 1, hubs: all }, null, 2))
      else terminal.out(all.map((status) => statusText(terminal, status, at)).join('\n\n'))
    })
}
