import type { Access, PortsOf } from '@hubkeeper/core'
import { openDrill } from '../drill/drill.ts'
import { openBackups } from './backups.ts'
import { openDatabase } from './database.ts'
import type { CustodyOptions } from './options.ts'

/** The custody ports that an access declares, at no higher level than it declares. */
export function custodyPorts(
  { backups, database, drill }: Access,
  custody: CustodyOptions,
): Partial<PortsOf<Required<Pick<Access, 'backups' | 'database' | 'drill'>>>> {
  return {
    ...(database === undefined ? {} : { database: openDatabase(custody, database) }),
    ...(backups === undefined ? {} : { backups: openBackups(custody, backups) }),
    ...(drill === undefined ? {} : { drill: openDrill(custody) }),
  }
}
