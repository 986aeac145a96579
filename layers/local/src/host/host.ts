import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Host, ServiceProbe } from '@hubkeeper/core'
import { diskUsage } from './disk.ts'
import { memoryUsage } from './memory.ts'
import { processesContaining, processesOf } from './processes.ts'
import { serviceState } from './service.ts'

const sampleTime = 200

/** Ticks of all CPUs since the machine started. */
function ticks(): { busy: number; total: number } {
  return cpus()
    .map(({ times }) => ({
      idle: times.idle,
      total: Object.values(times).reduce((sum, time) => sum + time, 0),
    }))
    .reduce((sum, { idle, total }) => ({ busy: sum.busy + total - idle, total: sum.total + total }), {
      busy: 0,
      total: 0,
    })
}

async function cpuPercent(): Promise<number | null> {
  const before = ticks()
  await setTimeout(sampleTime)
  const after = ticks()
  const total = after.total - before.total
  return total > 0 ? ((after.busy - before.busy) / total) * 100 : null
}

/** See {@link localHost}. */
export interface LocalHostOptions {
  /** What paths are relative to: the hub’s directory. */
  readonly root: string
  /** Places whose disks matter. */
  readonly paths: readonly string[]
}

/** This machine. */
export function localHost({ paths, root }: LocalHostOptions): Host {
  const located = ({ pidFile, ...probe }: ServiceProbe): ServiceProbe =>
    pidFile === undefined ? probe : { ...probe, pidFile: resolve(root, pidFile) }
  return {
    elsewhere: null,
    runtimes: () => [{ product: 'nodejs', version: process.versions.node }],
    disks: () => diskUsage(paths),
    memory: memoryUsage,
    cpu: cpuPercent,
    processes: processesContaining,
    service: (probe) => serviceState(located(probe)),
    serviceProcesses: (probe) => processesOf(located(probe)),
  }
}
