import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config, Task } from '@hubkeeper/core'
import { bundleFunction } from './function.ts'
import { bundleLayers, type LayerFolders } from './layers.ts'

/** Folders with everything that is uploaded. */
export interface Assets {
  readonly layers: LayerFolders
  /** The function of each task, by its name. */
  readonly functions: ReadonlyMap<string, string>
}

/** Bundles every layer and function into `outDir`, which is emptied first. */
export async function bundleAll(config: Config, tasks: readonly Task[], outDir: string): Promise<Assets> {
  rmSync(outDir, { recursive: true, force: true })
  const [layers, ...functions] = await Promise.all([
    bundleLayers(join(outDir, 'layers')),
    ...tasks.map(async (task): Promise<[string, string]> => {
      const folder = join(outDir, 'functions', task.name)
      return [task.name, await bundleFunction({ task, config, tasks }, folder)]
    }),
  ])
  return { layers, functions: new Map(functions) }
}
