import type { Ledger } from '@hubkeeper/core'
import { chooseHub, loadConfig } from '../config.ts'
import type { CommonOptions } from '../options.ts'
import { withEmbedded } from '../with-embedded.ts'

/** Options of a command about a ledger: this machine's, or the deployment's. */
export interface LedgerOptions extends CommonOptions {
  readonly deployed?: boolean
}

/**
 * Opens the ledger of the chosen hub for `use`: the deployment's with `--deployed`, else this machine's.
 *
 * @throws HubkeeperError `not-available` where nothing is deployed
 */
export async function withChosenLedger(
  options: LedgerOptions,
  use: (ledger: Ledger, hub: string) => Promise<void>,
): Promise<void> {
  const loaded = await loadConfig(options.config)
  const configured = chooseHub(loaded, options.hub)
  const { hub } = configured
  if (options.deployed !== true) {
    await withEmbedded(configured, ({ ledger }) => use(ledger, hub.id))
    return
  }
  const { findDeployment } = await import('../aws/deployment.ts')
  const { deployedLedger } = await import('../aws/ledger.ts')
  const deployed = await findDeployment(loaded.config.aws)
  await use(deployedLedger(deployed.storeOf(hub.id), hub), hub.id)
}
