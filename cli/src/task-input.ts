import type { Task } from '@hubkeeper/core'
import { type Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'

/** Arguments of a task by name, as a person gives them. */
export type TaskInput = Readonly<Record<string, unknown>>

/** A command that takes arguments for a task. */
export interface TaskInputOptions {
  readonly set?: TaskInput
}

/** Adds `--set`, for what has no option of its own. */
export const withTaskInput = (command: Command): Command =>
  command.option(
    '--set <name=value>',
    'an argument of the task, such as samples=50; hubkeeper tasks NAME shows which it takes',
    assign,
  )

function assign(text: string, before: TaskInput = {}): TaskInput {
  const [, name, value] = /^([A-Za-z]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('write it as name=value')
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is set twice`)
  return { ...before, [name]: parsed(value) }
}

/** Numbers, true and false are what they look like; anything else is text. */
function parsed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? Number(text) : text
}

/** One argument that a task takes. */
export interface TaskArgument {
  readonly name: string
  readonly description: string
}

const argumentsSchema = z.object({
  properties: z.record(z.string(), z.object({ description: z.string().default('') })).default({}),
})

/** What a task takes, in the order of its definition. */
export const argumentsOf = ({ input }: Task): TaskArgument[] =>
  Object.entries(argumentsSchema.parse(z.toJSONSchema(input, { io: 'input' })).properties).map(
    ([name, { description }]) => ({ name, description }),
  )
