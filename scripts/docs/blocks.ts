import { checkIds, checkOf, configJsonSchema, describeSchedule, formatValue } from '@hubkeeper/core'
import { tasks } from '../../functions/tasks.ts'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n')

/** Text that stays in its cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Every task: when it runs, what it may touch, what it does. */
export const taskTable = (): string =>
  table(
    ['task', 'runs', 'may touch', 'what it does'],
    tasks.map(({ access, name, schedule, summary }) => [
      `\`${name}\``,
      describeSchedule(schedule),
      Object.entries(access)
        .map(([port, level]) => `${port}: ${level}`)
        .join(', '),
      cell(summary),
    ]),
  )

/** Every check: what makes it a warning or critical, and the default limits. */
export const checkTable = (): string =>
  table(
    ['check', 'subject', 'rule', 'warning above', 'critical above'],
    checkIds().map((id) => {
      const { rule, subject, thresholds, unit } = checkOf(id)
      // The limits of vanished rows are shares, whatever its values are.
      const limitUnit = id === 'content.vanished' ? 'percent' : unit
      return [
        `[\`${id}\`](runbook.md#${id.replaceAll('.', '-')})`,
        subject ?? '–',
        cell(rule),
        formatValue(thresholds?.warning ?? null, limitUnit),
        formatValue(thresholds?.critical ?? null, limitUnit),
      ]
    }),
  )

/** One section per check for whoever is called by it. */
export const runbookSections = (): string =>
  checkIds()
    .map((id) => {
      const { advice, rule, title } = checkOf(id)
      return [
        `<a id="${id.replaceAll('.', '-')}"></a>`,
        `## ${title}`,
        '',
        `\`${id}\`. ${capital(rule)}.`,
        '',
        `**What to do**: ${advice}.`,
      ].join('\n')
    })
    .join('\n\n')

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly { readonly const?: unknown }[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly additionalProperties?: SchemaNode | boolean
  readonly required?: readonly string[]
}

const isNode = (value: unknown): value is SchemaNode => typeof value === 'object' && value !== null

/** Every key of a hub in `hubkeeper.json`, read off the schema. */
export function configTable(): string {
  const schema: unknown = configJsonSchema()
  const hubs = isNode(schema) ? schema.properties?.hubs?.additionalProperties : undefined
  if (!isNode(hubs)) throw new TypeError('the schema has no hubs')
  return table(['key', 'value', 'default', 'meaning'], configRows(hubs, '', null))
}

/** Every key of the deployment in `hubkeeper.json`, read off the schema. */
export function deploymentTable(): string {
  const schema: unknown = configJsonSchema()
  const aws = isNode(schema) ? schema.properties?.aws : undefined
  if (!isNode(aws)) throw new TypeError('the schema has no aws')
  return table(['key', 'value', 'default', 'meaning'], configRows(aws, 'aws.', null))
}

/** `within`: the optional part of the configuration that the rows are about; null outside of any. */
function configRows(node: SchemaNode, prefix: string, within: string | null): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`
    if (child.properties !== undefined && path !== 'thresholds')
      return configRows(child, `${path}.`, optionalPart(node, key, within))
    const item = child.items
    if (item?.properties !== undefined) return configRows(item, `${path}[].`, key)
    return [
      [`\`${path}\``, typeOf(child), defaultOf(child, node, key, within), cell(child.description ?? '')],
    ]
  })
}

function typeOf({ anyOf, enum: values, items, type }: SchemaNode): string {
  if (anyOf !== undefined) return anyOf.map(({ const: value }) => `\`${JSON.stringify(value)}\``).join(' or ')
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')
  return type === 'array' ? `${items?.type ?? 'value'}s` : (type ?? 'value')
}

const optionalPart = (parent: SchemaNode, key: string, within: string | null): string | null =>
  parent.required?.includes(key) ? within : key

function defaultOf(child: SchemaNode, parent: SchemaNode, key: string, within: string | null): string {
  if (child.default !== undefined) return `\`${JSON.stringify(child.default)}\``
  if (!parent.required?.includes(key)) return '–'
  return within === null ? 'required' : `required in ${within}`
}
