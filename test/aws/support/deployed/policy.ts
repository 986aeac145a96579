import * as z from 'zod'

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())])

const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.record(z.string(), z.record(z.string(), oneOrMany)).default({}),
})

/** A policy document with its intrinsic functions worked out. */
export const policySchema = z.looseObject({ Statement: z.array(statementSchema) })

/** One statement of a policy. */
export type Statement = z.infer<typeof statementSchema>

/** What a call asks permission for. */
export interface Demand {
  readonly action: string
  readonly resource: string
  /** Condition keys of the request, such as `s3:prefix`. */
  readonly context: Readonly<Record<string, string>>
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text)

/** Whether every condition holds; an operator that is not known here is an error, not a pass. */
function conditionsHold({ Condition }: Statement, context: Demand['context']): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const seen = context[key]
      switch (operator) {
        case 'StringLike':
          return seen !== undefined && wanted.some((pattern) => matches(pattern, seen))
        case 'StringEquals':
          return seen !== undefined && wanted.includes(seen)
        default:
          throw new Error(`the condition operator ${operator} is not evaluated by this test`)
      }
    }),
  )
}

/** The first statement that allows a demand, unless one denies it; null when it is refused. */
export function allowing(statements: readonly Statement[], demand: Demand): Statement | null {
  const fitting = statements.filter(
    (statement) =>
      statement.Action.includes(demand.action) &&
      statement.Resource.some((pattern) => matches(pattern, demand.resource)) &&
      conditionsHold(statement, demand.context),
  )
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return null
  return fitting.find(({ Effect }) => Effect === 'Allow') ?? null
}
