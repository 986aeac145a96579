import * as z from 'zod'
import { mebibytes } from '../units.ts'

const columnName = z.string().min(1).max(200)

const contentTableSchema = z.strictObject({
  table: columnName.describe('a table with content'),
  content: columnName.describe('its column with the text'),
  type: columnName.optional().describe('its column that tells kinds apart'),
  title: columnName.optional().describe('its column that people know a row by'),
  updated: columnName.optional().describe('its column with the moment of the last change'),
})

/** What is analysed of a hub every month and quarter. */
export const analysisSchema = z.strictObject({
  content: z
    .strictObject({
      tables: z
        .array(contentTableSchema)
        .default([])
        .describe('where the content is; guessed from the names of tables and columns by default'),
      maxRowBytes: z.number().int().positive().default(mebibytes(1)).describe('a longer text is a finding'),
      staleDays: z
        .number()
        .positive()
        .max(36_500)
        .default(365)
        .describe('a row that was not changed for so long is counted as stale'),
    })
    .prefault({}),
  searchIndex: z
    .strictObject({
      sources: z
        .array(
          z.strictObject({
            index: columnName.describe('a full-text table'),
            table: columnName.describe('the table that it is made from'),
            columns: z
              .record(columnName, columnName)
              .describe('columns of the index to columns of the table, such as {"content": "body"}'),
            key: columnName.optional().describe('the column of both that tells rows apart; else the rowid'),
          }),
        )
        .default([])
        .describe('what full-text tables are made from; an external content table needs none'),
      reindex: z
        .strictObject({
          path: z
            .string()
            .regex(/^\/(?![/\\])/, 'must begin with one slash: a path of the hub’s own API')
            .describe('of the hub’s API, such as /api/v1/reindex'),
          method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
          timeoutSeconds: z.number().positive().max(840).default(300),
        })
        .optional()
        .describe('called after the content was checked, so that the hub makes its own indexes anew'),
      regenerate: z
        .boolean()
        .default(false)
        .describe(
          'write JSON search indexes anew whose layout is understood and that disagree with the database',
        ),
    })
    .prefault({}),
  availabilityPercent: z
    .number()
    .gt(0)
    .lt(100)
    .default(99.5)
    .describe('the share of the time in which the API should answer; what is left is the error budget'),
  prices: z
    .strictObject({
      currency: z.string().length(3).default('USD'),
      lambdaGbSecond: z.number().nonnegative().default(0.0000133334),
      lambdaRequest: z.number().nonnegative().default(0.0000002),
      s3GbMonth: z.number().nonnegative().default(0.023),
      s3PutRequest: z.number().nonnegative().default(0.000005),
      s3GetRequest: z.number().nonnegative().default(0.0000004),
      metricMonth: z.number().nonnegative().default(0.3),
      alarmMonth: z.number().nonnegative().default(0.1),
      metricRequest: z.number().nonnegative().default(0.00001),
      logsGb: z.number().nonnegative().default(0.5),
      source: z
        .string()
        .min(1)
        .max(200)
        .default('from memory of the public lists of us-east-1, December 2026; not checked on an invoice')
        .describe('where these prices are from, and of when: told beside the cost'),
    })
    .prefault({})
    .describe('for the cost on AWS; see that they are those of your region'),
  limits: z
    .strictObject({
      diskBytes: z.number().int().positive().optional().describe('size that the database must stay below'),
    })
    .prefault({}),
})

/** See {@link analysisSchema}. */
export type AnalysisConfig = z.output<typeof analysisSchema>
