import type {
  ContentProfile,
  ContentRows,
  Duplicates,
  Outcome,
  RebuiltIndex,
  SearchComparison,
} from '@hubkeeper/core'
import { reasonOf } from '@hubkeeper/core'
import * as z from 'zod'
import type { ContentContext } from './context.ts'
import type { JudgedIndexFile } from './json-files.ts'
import { isGuessed, type ProfiledContent } from './profile.ts'
import { plain } from './words.ts'

const count = z.number().int().nonnegative()

const rowsSchema = z.strictObject({
  rows: count,
  examples: z.array(z.strictObject({ id: z.string(), title: z.string().nullable() })),
})

const duplicatesSchema = z.strictObject({
  groups: count,
  surplusRows: count,
  listed: z.array(rowsSchema.extend({ bytes: count })),
})

const tableSchema = z.strictObject({
  table: z.string(),
  content: z.string().describe('the column with the text'),
  guessed: z.boolean().describe('whether that is a guess; else it is from analysis.content.tables'),
  problem: z.string().nullable().describe('why it could not be looked at; then there are no figures'),
  figures: z
    .strictObject({
      rows: count,
      types: z.array(
        z.strictObject({
          type: z.string().nullable(),
          rows: count,
          empty: count,
          averageCharacters: z.number().nullable(),
          averageBytes: z.number().nullable(),
        }),
      ),
      otherTypes: count.describe('rows of types that are not listed'),
      stored: z
        .strictObject({ text: count, blob: count, number: count })
        .describe('rows by how they are stored; NULL is in none'),
      empty: z.strictObject({ null: rowsSchema, empty: rowsSchema, whitespace: rowsSchema }),
      exact: duplicatesSchema,
      normalised: duplicatesSchema.describe(
        'of different texts, not of rows: equal but for space and capitals',
      ),
      oversized: rowsSchema,
      oversizedOrCut: count.describe('rows that are too long, or likely cut off; each once'),
      unread: rowsSchema.describe('too long to be looked at further'),
      uncompared: count.describe('of these, those that were not compared with other rows either'),
      truncated: z.array(
        rowsSchema.extend({ length: count, unit: z.enum(['characters', 'bytes']), endWithin: count }),
      ),
      encoding: z.strictObject({
        invalid: rowsSchema,
        nul: rowsSchema,
        replacement: rowsSchema,
        mojibake: rowsSchema,
      }),
      badlyEncoded: count.describe('rows with any of that; each once'),
      stale: z
        .strictObject({
          stale: rowsSchema,
          ahead: rowsSchema.describe('of a moment that is still to come'),
          unclear: rowsSchema.describe('of a moment that is not understood'),
          undated: count,
          oldest: z.string().nullable(),
          newest: z.string().nullable(),
        })
        .nullable(),
    })
    .nullable(),
})

const keyedSchema = z.strictObject({ rows: count, keys: z.array(z.string()) })

/** `content.json` beside the report: everything that was counted. */
export const contentDocumentSchema = z.strictObject({
  schema: z.literal(1),
  hub: z.string(),
  run: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  tables: z.array(tableSchema),
  tablesProblem: z.string().nullable().describe('why no table could be looked at'),
  searchTables: z.array(
    z.strictObject({
      index: z.string(),
      module: z.string(),
      content: z.enum(['own', 'external', 'contentless']),
      source: z.string().nullable().describe('the table that it is made from'),
      knownBy: z.enum(['index', 'request', 'guess']).nullable(),
      problem: z.string().nullable(),
      differences: z
        .strictObject({
          indexRows: count,
          sourceRows: count,
          missing: keyedSchema,
          extra: keyedSchema,
          different: keyedSchema,
        })
        .nullable(),
    }),
  ),
  searchTablesProblem: z.string().nullable().describe('why no full-text table could be compared'),
  rebuilt: z.array(
    z.strictObject({
      index: z.string(),
      bytesBefore: count.nullable(),
      bytesAfter: count.nullable(),
      searchBefore: z.number().nullable().describe('seconds'),
      searchAfter: z.number().nullable().describe('seconds'),
    }),
  ),
  files: z.array(
    z.strictObject({
      key: z.string(),
      layout: z.enum(['broken', 'unknown', 'catalogue', 'topic-index', 'topic-list']),
      problem: z.string().nullable(),
      entries: count.nullable(),
      missing: count,
      extra: count,
      stale: count,
      uncompared: count.describe('rows of the database that do not say enough to be compared'),
      flaws: z
        .array(
          z.strictObject({
            kind: z.enum(['missing', 'extra', 'stale']),
            entry: z.string(),
            field: z.string().nullable(),
          }),
        )
        .describe('10,000 of each file at most'),
      refused: z.string().nullable().describe('why it could not be made anew'),
    }),
  ),
})

/** The JSON Schema of `content.json`. */
export const contentJsonSchema = (): object =>
  z.toJSONSchema(contentDocumentSchema, { target: 'draft-2020-12' })

/** See {@link contentDocumentSchema}. */
export type ContentDocument = z.infer<typeof contentDocumentSchema>

/** What a run saw, before it changed anything, and what it made anew. */
export interface Seen {
  readonly profiled: Pick<ProfiledContent, 'profiles' | 'problem'>
  readonly comparisons: Outcome<readonly SearchComparison[]>
  readonly rebuilt: readonly RebuiltIndex[]
  readonly files: readonly JudgedIndexFile[]
}

/** Flaws of one index that the document has at most. */
const maxFlaws = 10_000

/** Everything that was counted, as a document for programs. */
export const documentOf = (
  { at, hub, run }: Pick<ContentContext, 'at' | 'hub' | 'run'>,
  { comparisons, files, profiled, rebuilt }: Seen,
): ContentDocument => ({
  schema: 1,
  hub: hub.id,
  run,
  at: at.toISOString(),
  tables: profiled.profiles.map((profile) => tableOf(profile, isGuessed(hub))),
  tablesProblem: profiled.problem === null ? null : plain(profiled.problem, 300),
  searchTables: comparisons.state === 'done' ? comparisons.value.map(searchTableOf) : [],
  searchTablesProblem: comparisons.state === 'done' ? null : plain(reasonOf(comparisons), 300),
  rebuilt: rebuilt.map(({ bytesAfter, bytesBefore, index, searchAfter, searchBefore }) => ({
    index: plain(index, 200),
    bytesBefore,
    bytesAfter,
    searchBefore,
    searchAfter,
  })),
  files: files.map(fileOf),
})

function tableOf({ outcome, source }: ContentProfile, guessed: boolean): ContentDocument['tables'][number] {
  const names = { table: plain(source.table, 200), content: plain(source.content, 200), guessed }
  if (outcome.state !== 'done') return { ...names, problem: reasonOf(outcome), figures: null }
  const { empty, encoding, exact, normalised, oversized, stale, truncated, types, unread, ...counts } =
    outcome.value
  return {
    ...names,
    problem: null,
    figures: {
      ...counts,
      types: types.map((each) => ({ ...each, type: each.type === null ? null : plain(each.type, 200) })),
      empty: {
        null: rowsOf(empty.null),
        empty: rowsOf(empty.empty),
        whitespace: rowsOf(empty.whitespace),
      },
      exact: duplicatesOf(exact),
      normalised: duplicatesOf(normalised),
      oversized: rowsOf(oversized),
      unread: rowsOf(unread),
      truncated: truncated.map(({ endWithin, length, unit, ...shared }) => ({
        ...rowsOf(shared),
        length,
        unit,
        endWithin,
      })),
      encoding: {
        invalid: rowsOf(encoding.invalid),
        nul: rowsOf(encoding.nul),
        replacement: rowsOf(encoding.replacement),
        mojibake: rowsOf(encoding.mojibake),
      },
      stale:
        stale === null
          ? null
          : {
              ...stale,
              stale: rowsOf(stale.stale),
              ahead: rowsOf(stale.ahead),
              unclear: rowsOf(stale.unclear),
            },
    },
  }
}

const rowsOf = ({ examples, rows }: ContentRows): z.infer<typeof rowsSchema> => ({
  rows,
  examples: examples.map(({ id, title }) => ({
    id: plain(id, 200),
    title: title === null ? null : plain(title, 200),
  })),
})

const duplicatesOf = ({ groups, listed, surplusRows }: Duplicates): z.infer<typeof duplicatesSchema> => ({
  groups,
  surplusRows,
  listed: listed.map(({ bytes, ...group }) => ({ ...rowsOf(group), bytes })),
})

function searchTableOf({
  content,
  index,
  knownBy,
  module,
  outcome,
  source,
}: SearchComparison): ContentDocument['searchTables'][number] {
  const known = {
    index: plain(index, 200),
    module,
    content,
    source: source === null ? null : plain(source.table, 200),
    knownBy,
  }
  if (outcome.state !== 'done') return { ...known, problem: reasonOf(outcome), differences: null }
  const { different, extra, indexRows, missing, sourceRows } = outcome.value
  const keyed = ({ keys, rows }: typeof missing) => ({ rows, keys: keys.map((key) => plain(key, 200)) })
  return {
    ...known,
    problem: null,
    differences: {
      indexRows,
      sourceRows,
      missing: keyed(missing),
      extra: keyed(extra),
      different: keyed(different),
    },
  }
}

const fileOf = ({ file, index, judgement, unjudged }: JudgedIndexFile): ContentDocument['files'][number] => ({
  key: plain(file.key, 500),
  layout: index.layout,
  problem: unjudged === null ? null : plain(unjudged.reason, 300),
  entries: judgement?.entries ?? null,
  ...(judgement?.counts ?? { missing: 0, extra: 0, stale: 0 }),
  uncompared: judgement?.uncompared ?? 0,
  flaws: (judgement?.flaws ?? [])
    .slice(0, maxFlaws)
    .map(({ entry, field, kind }) => ({ kind, entry: plain(entry, 200), field })),
  refused: judgement?.refused ?? null,
})
