import {
  type BackupWriter,
  type HubConfig,
  type Ledger,
  type ObjectStore,
  type ReportArchive,
  storedReports,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import { withEmbedded } from '../with-embedded.ts'

/** Options of a command about a hub: as it is kept on this machine, or by the deployment. */
export interface LedgerOptions extends CommonOptions {
  readonly deployed?: boolean
}

/** The options of {@link LedgerOptions}. */
export const withLedgerOptions = (command: Command): Command =>
  withCommonOptions(command).option('--deployed', 'on AWS, for the functions there; else on this machine')

/** A command that goes where this one went. */
export const commandOf = (name: string, { deployed }: LedgerOptions): string =>
  `hubkeeper ${name}${deployed === true ? ' --deployed' : ''}`

/** What a person says something of. */
export interface ChosenHub {
  readonly hub: HubConfig & { readonly id: string }
  readonly ledger: Ledger
  readonly now: () => Date
  /** Everything that is kept of it. */
  readonly store: ObjectStore
  /** What its runs found. */
  readonly reports: ReportArchive
  /** Opens its backups. */
  withBackups(use: (backups: BackupWriter) => Promise<void>): Promise<void>
}

/**
 * Opens the chosen hub for `use`: with the deployment's ledger and buckets with `--deployed`, else this
 * machine's.
 *
 * @throws HubkeeperError `not-available` where nothing is deployed
 */
export async function withChosenHub(
  options: LedgerOptions,
  use: (chosen: ChosenHub) => Promise<void>,
): Promise<void> {
  const loaded = await loadConfig(options.config)
  const configured = chooseHub(loaded, options.hub)
  const { hub } = configured
  if (options.deployed !== true) {
    await withEmbedded(configured, ({ connect, drivers: { now }, ledger, store }) =>
      use({
        hub,
        ledger,
        now,
        store,
        reports: storedReports({ store }),
        withBackups: async (look) => look((await connect({ backups: 'write' })).backups),
      }),
    )
    return
  }
  const { findDeployment } = await import('../aws/deployment.ts')
  const { deployedLedger } = await import('../aws/ledger.ts')
  const deployed = await findDeployment(loaded.config.aws)
  const store = deployed.storeOf(hub.id)
  await use({
    hub,
    ledger: deployedLedger(store, hub),
    now: () => new Date(),
    store,
    reports: storedReports({ store }),
    async withBackups(look) {
      const { withDeployedBackups } = await import('../aws/backups.ts')
      await withDeployedBackups(store, configured, look)
    },
  })
}

/** Opens only the ledger of the chosen hub; see {@link withChosenHub}. */
export const withChosenLedger = (
  options: LedgerOptions,
  use: (ledger: Ledger, hub: string) => Promise<void>,
): Promise<void> => withChosenHub(options, ({ hub, ledger }) => use(ledger, hub.id))
