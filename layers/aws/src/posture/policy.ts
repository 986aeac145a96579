import * as z from 'zod'

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** As far as it is read here: IAM’s grammar of the JSON policy language. */
const policySchema = z.looseObject({
  Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]),
})

const statementSchema = z.looseObject({
  Effect: z.literal('Deny'),
  Principal: z.union([z.literal('*'), z.looseObject({ AWS: oneOrMany })]),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.strictObject({
    Bool: z.strictObject({
      'aws:SecureTransport': z.union([z.literal('false'), z.literal(false), z.tuple([z.literal('false')])]),
    }),
  }),
})

/** Whether a bucket's policy denies everybody everything, on the bucket and its objects, without TLS. */
export function refusesPlainText(policy: string, bucket: string): boolean {
  let read: unknown
  try {
    read = JSON.parse(policy)
  } catch {
    return false
  }
  const { data } = policySchema.safeParse(read)
  const denied = (data?.Statement ?? []).flatMap((statement) => {
    const { data: found } = statementSchema.safeParse(statement)
    if (found === undefined || !found.Action.some((action) => action === 's3:*' || action === '*')) return []
    const all = found.Principal === '*' || found.Principal.AWS.includes('*')
    return all ? found.Resource : []
  })
  const covers = (resource: string): boolean =>
    denied.some((pattern) => pattern === '*' || pattern.replace(/^arn:[^:]+:/, '') === `s3:::${resource}`)
  return covers(bucket) && covers(`${bucket}/*`)
}
