import type { Access, Ports, PortsOf } from '@hubkeeper/core'
import { openBackups } from './backups.ts'
import { openDatabase } from './database.ts'
import type { CustodyOptions } from './options.ts'

/** The custody ports that an access declares, at no higher level than it declares. */
export function custodyPorts(
  { backups, database }: Access,
  custody: CustodyOptions,
): Partial<PortsOf<{ database: keyof Ports['database']; backups: keyof Ports['backups'] }>> {
  return {
    ...(database === undefined ? {} : { database: openDatabase(custody, database) }),
    ...(backups === undefined ? {} : { backups: openBackups(custody, backups) }),
  }
}
