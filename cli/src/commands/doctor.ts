import { join } from 'node:path'
import { worstOf } from '@hubkeeper/core'
import type { Command } from 'commander'
import { allHubs, chooseHub, type LoadedConfig, loadConfig } from '../config.ts'
import { type DoctorCheck, fine } from '../doctor/check.ts'
import { examineHub } from '../doctor/hub.ts'
import { checkSchedule } from '../doctor/schedule.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import { columns } from '../terminal/columns.ts'
import { statusMark } from '../terminal/status-mark.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface HubDiagnosis {
  readonly hub: string
  readonly checks: readonly DoctorCheck[]
}

/** `hubkeeper doctor`. */
export function registerDoctor(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('doctor'))
    .description('what is configured, reachable, writable, missing, and how to mend it')
    .addHelpText('after', '\nExample:\n  hubkeeper doctor --config /srv/my-hub/hubkeeper.json')
    .action(async (options: CommonOptions) => {
      const loaded = await loadConfig(options.config)
      const diagnoses = await diagnose(loaded, options.hub)
      const checks = diagnoses.flatMap((diagnosis) => diagnosis.checks)
      process.exitCode = worstOf(checks) === 'critical' ? 1 : 0
      if (options.json) terminal.out(JSON.stringify({ schema: 1, hubs: diagnoses }, null, 2))
      else terminal.out(diagnoses.map((diagnosis) => diagnosisText(terminal, diagnosis)).join('\n\n'))
    })
}

async function diagnose(loaded: LoadedConfig, id: string | undefined): Promise<HubDiagnosis[]> {
  const hubs = id === undefined ? allHubs(loaded) : [chooseHub(loaded, id)]
  const kept = new Set(allHubs(loaded).map(({ hub, root }) => join(root, hub.database.path)))
  const general = [
    fine('node', process.versions.node),
    fine('sqlite', process.versions.sqlite ?? 'unknown'),
    fine('configuration', loaded.file),
  ]
  const schedule = await checkSchedule(loaded)
  const diagnoses: HubDiagnosis[] = []
  for (const configured of hubs) {
    const checks = [...general, ...(await examineHub(configured, kept, schedule))]
    diagnoses.push({ hub: configured.hub.id, checks })
  }
  return diagnoses
}

function diagnosisText(terminal: Terminal, { checks, hub }: HubDiagnosis): string {
  const rows = checks.map(({ detail, name, status }) => [statusMark(terminal, status), name, detail])
  const lines = columns(rows, '  ')
    .split('\n')
    .flatMap((line, i) => {
      const fix = checks[i]?.fix ?? null
      return fix === null ? [line] : [line, `      to mend it: ${fix}`]
    })
  return [terminal.paint('bold', hub), ...lines].join('\n')
}
