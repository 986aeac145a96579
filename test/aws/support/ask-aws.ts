import { region } from './deployed/template.ts'

/** Asks a service of moto in AWS’s JSON protocol, as its owner. @throws Error when it refuses */
export async function askAws(url: string, service: string, target: string, body: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      // moto tells the services apart by the scope of the signature, which it does not check.
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAOWNER/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${target}: HTTP ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** The same of a service that tells its questions apart by their paths. @throws Error when it refuses */
export async function postToAws(url: string, service: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAOWNER/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status} ${await answer.text()}`)
}

/** The same in the query protocol, for services as old as IAM. @throws Error when it refuses */
export async function askAwsByQuery(
  url: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAOWNER/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams(parameters).toString(),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${parameters.Action}: HTTP ${answer.status} ${text}`)
  return text
}
