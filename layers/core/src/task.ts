import type * as z from 'zod'
import { type Access, type BaseContext, type Connect, type Context, hasAccess } from './access.ts'
import type { Audience } from './ports/alerts.ts'
import type { TaskResult } from './report.ts'
import type { Schedule } from './schedule.ts'

/** What a run of a task may use up. */
export interface TaskLimits {
  /** Memory of the function, MiB; on AWS it decides the CPU as well. */
  readonly memory: number
  /** ms. */
  readonly timeout: number
  /** Scratch disk, bytes. */
  readonly scratch: number
}

/** What a task is; see {@link defineTask}. */
export interface TaskDefinition<A extends Access, I extends z.ZodType> {
  /** Folder, command, construct id, metric dimension and runbook anchor. */
  readonly name: string
  readonly title: string
  /** One sentence for tables. */
  readonly summary: string
  readonly schedule: Schedule
  readonly access: A
  readonly limits: TaskLimits
  /** Arguments it takes; every one optional, so that `{}` runs it. */
  readonly input: I
  /**
   * Another attempt in the same slot goes on where the last one stopped, so it may be made at once.
   *
   * @default false
   */
  readonly resumes?: boolean
  /**
   * Who is told of what it finds that is critical.
   *
   * @default those on call
   */
  readonly audience?: Audience
  /**
   * What the names of the documents begin with that it keeps in `reports/` itself.
   *
   * @default it keeps none there
   */
  readonly publishes?: string
  /** Holds the hub’s write lease while it runs: it changes the database, the backups or files of the hub. */
  readonly writes: boolean
  run(context: Context<A>, input: z.output<I>): Promise<TaskResult>
}

/** A task as the registry holds it: its access is a value, its types are sealed inside. */
export interface Task extends Omit<TaskDefinition<Access, z.ZodType>, 'run'> {
  /** Runs it on ports that `connect` hands out. @throws z.ZodError for arguments it does not take. */
  start(base: BaseContext, connect: Connect, input: unknown): Promise<TaskResult>
}

/**
 * Makes a task of its definition. The access it declares is the type of the context it receives:
 * what it did not declare, it has no name for.
 *
 * @example
 * ```ts
 * defineTask({ name: 'size', access: { database: 'read' }, …
 *   run: async ({ database }) => … })  // database has no `compact` here
 * ```
 */
export function defineTask<const A extends Access, I extends z.ZodType>(
  definition: TaskDefinition<A, I>,
): Task {
  const { run, ...rest } = definition
  return {
    ...rest,
    async start(base, connect, input) {
      const parsed = definition.input.parse(input)
      const ports = await connect(definition.access)
      if (!hasAccess(definition.access, ports)) {
        throw new TypeError(`${definition.name} was not given all of ${Object.keys(definition.access)}`)
      }
      return run({ ...base, ...ports }, parsed)
    },
  }
}
