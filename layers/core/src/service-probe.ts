import type { HubConfig } from './config/schema.ts'
import type { ServiceProbe } from './ports/host.ts'

/** How a configured service is recognised. */
export const probeOf = ({ pidFile, port, process, unit }: HubConfig['services'][number]): ServiceProbe => ({
  ...(process === undefined ? {} : { process }),
  ...(pidFile === undefined ? {} : { pidFile }),
  ...(port === undefined ? {} : { port }),
  ...(unit === undefined ? {} : { unit }),
})
