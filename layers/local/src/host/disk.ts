import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskUsage } from '@hubkeeper/core'

/** The nearest part of a path that exists. */
async function nearest(path: string): Promise<string> {
  const found = await stat(path).then(
    () => true,
    () => false,
  )
  return found || dirname(path) === path ? path : nearest(dirname(path))
}

/** The file systems that hold these paths, each once. */
export async function diskUsage(paths: readonly string[]): Promise<DiskUsage[]> {
  const byDevice = new Map<string, DiskUsage>()
  for (const wanted of paths) {
    const path = await nearest(wanted)
    const { bavail, blocks, bfree, bsize } = await statfs(path)
    const device = String((await stat(path)).dev)
    // As df counts: what is reserved for root is neither free nor part of what others may fill.
    const totalBytes = (blocks - bfree + bavail) * bsize
    if (!byDevice.has(device)) byDevice.set(device, { path, device, totalBytes, freeBytes: bavail * bsize })
  }
  return [...byDevice.values()]
}
