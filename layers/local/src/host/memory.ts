import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import type { MemoryUsage } from '@hubkeeper/core'

const numberIn = async (path: string): Promise<number | null> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+\s*$/.test(text) ? Number(text) : null
}

/** The limit of a container and what it uses (cgroup v2, then v1); null without one. */
async function containerMemory(): Promise<{ limit: number; used: number } | null> {
  for (const [limitPath, usedPath] of [
    ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'],
    ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory/memory.usage_in_bytes'],
  ] as const) {
    const limit = await numberIn(limitPath)
    const used = await numberIn(usedPath)
    if (limit !== null && used !== null) return { limit, used }
  }
  return null
}

/** What the kernel counts as available, with caches that it would give up; else what is free. */
async function hostAvailable(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024
}

/** Memory of the container where it has a limit of its own, else of the machine. */
export async function memoryUsage(): Promise<MemoryUsage> {
  const totalBytes = totalmem()
  const container = await containerMemory()
  if (container !== null && container.limit < totalBytes) {
    const availableBytes = Math.max(0, container.limit - container.used)
    return { totalBytes: container.limit, availableBytes, source: 'container' }
  }
  return { totalBytes, availableBytes: await hostAvailable(), source: 'host' }
}
