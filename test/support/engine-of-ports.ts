import { join } from 'node:path'
import { grantsOf, type RunnerDrivers, restrictStore } from '@hubkeeper/core'
import { custodyPorts, type Engine, type Scratch } from '@hubkeeper/sqlite'
import type { ConfiguredHub } from '../../cli/src/config.ts'
import type { Embedded } from '../../cli/src/embedded.ts'

/** Where the hub's own runs work. */
export const scratchIn = ({ root }: ConfiguredHub): string => join(root, 'state/scratch')

/** The drivers of a hub on this machine, with another engine for its database and backups. */
export function connectingTo(
  { drivers, store }: Pick<Embedded, 'drivers' | 'store'>,
  { hub, root }: ConfiguredHub,
  { engine, scratch }: { readonly engine: Engine; readonly scratch: Scratch },
): RunnerDrivers {
  const { authority = 'server', path } = hub.database
  return {
    ...drivers,
    connect: (run) => async (access) => ({
      ...(await drivers.connect(run)(access)),
      ...custodyPorts(access, {
        hub: hub.id,
        run: run.id,
        store: restrictStore(store, grantsOf(access, hub), run.task),
        engine,
        scratch,
        database: { key: path, authority, path: join(root, path) },
        // The second engine needs a process of its own.
        crossCheckMaxBytes: 0,
        now: drivers.now,
        fence: run.fence,
      }),
    }),
  }
}
