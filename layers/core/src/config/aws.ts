import * as z from 'zod'

/** Retentions that CloudWatch Logs takes, days. */
const logRetentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653] as const

const audienceSchema = z.strictObject({
  emails: z.array(z.email()).default([]).describe('each must confirm the message that AWS sends once'),
  sms: z
    .array(z.string().regex(/^\+[1-9]\d{6,14}$/, { error: 'must be a number such as +4915112345678' }))
    .default([])
    .describe('telephone numbers with country code'),
  https: z
    .array(z.url({ protocol: /^https$/ }))
    .default([])
    .describe('such as PagerDuty’s integration URL'),
})

/** How the deployment on AWS is made. */
export const awsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,29}$/, { error: 'must be 1 to 30 of a–z, 0–9 and -, starting with a letter' })
    .default('hubkeeper')
    .describe('begins the names of stacks and functions'),
  region: z.string().min(1).optional().describe('else as the AWS environment says'),
  onCall: audienceSchema.prefault({}).describe('who is paged: failures, critical findings, alarms'),
  security: audienceSchema
    .optional()
    .describe('who is told of critical flaws and exposed secrets; those on call by default'),
  team: audienceSchema.prefault({}).describe('who is told of warnings'),
  kmsKeyArn: z
    .string()
    .startsWith('arn:')
    .optional()
    .describe('your own key for the buckets; S3’s own encryption by default'),
  objectLock: z
    .strictObject({
      mode: z
        .enum(['governance', 'compliance'])
        .describe('compliance: nobody can delete a backup early, not even you'),
      days: z.number().int().min(1).max(3650).describe('how long each backup is locked once it was written'),
    })
    .optional()
    .describe(
      'nobody can delete or replace what is stored of a backup for so many days; only when the bucket is made',
    ),
  oldVersionsDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(35)
    .describe(
      'how long replaced and deleted versions of objects are kept; of backups never shorter than a lock',
    ),
  logRetentionDays: z.literal(logRetentions).default(90).describe('of the functions’ own logs'),
})

/** See {@link awsSchema}. */
export type AwsConfig = z.output<typeof awsSchema>
