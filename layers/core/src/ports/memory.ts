import type * as z from 'zod'

/** `memory: 'keep'`: small documents that a task remembers until its next run. */
export interface TaskMemory {
  /** Null when there is none, or when it cannot be read any more. */
  recall<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
  /** Replaces it, whole. @throws HubkeeperError */
  remember(name: string, value: object): Promise<void>
}
