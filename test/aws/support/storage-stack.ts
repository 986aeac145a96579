import { region } from './deployed/template.ts'

/** What `npx cdk deploy` leaves behind of its storage, as far as the command asks for it. */
export interface StorageStack {
  /** `aws.name` of the configuration. */
  readonly name: string
  readonly outputs: Readonly<Record<string, string>>
}

/** Makes the stack whose outputs name the buckets. @throws Error when moto refuses it */
export async function createStorageStack(url: string, { name, outputs }: StorageStack): Promise<void> {
  const template = {
    // There is no stack of nothing.
    Resources: { Nothing: { Type: 'AWS::SNS::Topic' } },
    Outputs: Object.fromEntries(Object.entries(outputs).map(([output, Value]) => [output, { Value }])),
  }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      // moto tells the services apart by the scope of the signature, which it does not check.
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAOWNER/20260101/${region}/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      Action: 'CreateStack',
      Version: '2010-05-15',
      StackName: `${name}-storage`,
      TemplateBody: JSON.stringify(template),
    }).toString(),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`no stack: ${answer}`)
}
