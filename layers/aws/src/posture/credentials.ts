import { type AccessKeyMetadata, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type ParameterMetadata, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm'
import { days, type HubConfig, type Observation, onOneLine } from '@hubkeeper/core'
import { type ClientOptions, patience } from '../clients.ts'
import { fine, type Subject, told, unknown } from './ask.ts'

/** Parameters that are told of below one prefix; the rest is unknown. */
const mostParameters = 200

/** Names of what nobody should read in plain text. */
const secretName = /secret|passw(?:or)?d|passphrase|token|api[-_]?key|private[-_]?key|credential/i

/** Clients for what keeps secrets. */
export interface SecretClients {
  readonly parameters: SSMClient
  readonly secrets: SecretsManagerClient
  readonly users: IAMClient
}

/** Made where a hub names secrets at all. */
export const secretClients = (options: ClientOptions = {}): SecretClients => ({
  parameters: new SSMClient({ ...patience, ...options }),
  secrets: new SecretsManagerClient({ ...patience, ...options }),
  users: new IAMClient({ ...patience, ...options }),
})

/** What decides where the secrets of a hub are, and how old they may be. */
export type SecretPlaces = HubConfig['audit']['secrets']

const rotate = 'rotate it'
const nobody = 'check its name in hubkeeper.json: audit.secrets'

/** Ages of what a hub names: parameters, secrets, access keys. No value is asked for. */
export async function credentialPosture(
  clients: SecretClients,
  places: SecretPlaces,
  at: Date,
): Promise<Observation[]> {
  const judge = ageJudge(places.maxAgeDays, at)
  const observed = await Promise.all([
    ...places.parameters.map((prefix) => parametersBelow(clients.parameters, prefix, judge)),
    ...places.names.map((name) => secretNamed(clients.secrets, name, judge)),
    ...places.users.map((user) => keysOf(clients.users, user, judge)),
  ])
  return observed.flat()
}

type Judge = (rule: string, place: string, changedAt: Date | undefined) => Observation

/** Says how old something is, and whether that is too old. */
const ageJudge =
  (maxAgeDays: number, at: Date): Judge =>
  (rule, place, changedAt) => {
    const subject: Subject = { rule, place: onOneLine(place), expected: `replaced within ${maxAgeDays} days` }
    if (changedAt === undefined) return unknown(subject, 'nothing tells when it was last replaced', null)
    const age = Math.floor((at.getTime() - changedAt.getTime()) / days(1))
    const actual = `${age} days old`
    return age > maxAgeDays
      ? { ...subject, status: 'warning', actual, advice: rotate }
      : fine(subject, actual)
  }

const missing = (subject: Subject): Observation => unknown(subject, 'there is none of this name', nobody)

async function parametersBelow(client: SSMClient, prefix: string, judge: Judge): Promise<Observation[]> {
  const subject: Subject = { rule: 'parameter-age', place: prefix, expected: 'secret parameters are there' }
  const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: [prefix] }]
  const seen = await told({
    permission: 'ssm:DescribeParameters',
    async ask() {
      const found: ParameterMetadata[] = []
      for await (const page of paginateDescribeParameters({ client, pageSize: 50 }, { ParameterFilters })) {
        found.push(...(page.Parameters ?? []))
        if (found.length > mostParameters) break
      }
      return found
    },
  })
  if (seen.state !== 'told')
    return [seen.state === 'absent' ? missing(subject) : unknown(subject, seen.reason)]
  if (seen.value.length === 0) return [missing(subject)]
  const judged = seen.value.slice(0, mostParameters).flatMap((one) => parameter(one, judge))
  if (seen.value.length <= mostParameters) return judged
  const narrower = 'name the folders of secrets alone in audit.secrets.parameters'
  return [...judged, unknown(subject, `only the first ${mostParameters} were looked at`, narrower)]
}

/** A secret one by its age; one whose name says that it ought to be secret, and that is not, by that. */
function parameter({ LastModifiedDate, Name = '', Type }: ParameterMetadata, judge: Judge): Observation[] {
  if (Type === 'SecureString') return [judge('parameter-age', Name, LastModifiedDate)]
  if (!secretName.test(Name)) return []
  return [
    {
      rule: 'parameter-plain',
      place: onOneLine(Name),
      status: 'warning',
      expected: 'a SecureString',
      actual: `a ${Type ?? 'String'}, which whoever may list parameters can read`,
      advice: 'store it anew as a SecureString',
    },
  ]
}

async function secretNamed(client: SecretsManagerClient, name: string, judge: Judge): Promise<Observation[]> {
  const subject: Subject = { rule: 'secret-age', place: onOneLine(name), expected: 'the secret is there' }
  const seen = await told({
    permission: 'secretsmanager:DescribeSecret',
    absent: ['ResourceNotFoundException'],
    ask: () => client.send(new DescribeSecretCommand({ SecretId: name })),
  })
  if (seen.state === 'refused') return [unknown(subject, seen.reason)]
  if (seen.state === 'absent') return [missing(subject)]
  const { CreatedDate, DeletedDate, LastChangedDate, RotationEnabled = false } = seen.value
  if (DeletedDate !== undefined) {
    return [{ ...subject, status: 'warning', actual: 'it is marked for deletion', advice: nobody }]
  }
  const judged = judge('secret-age', name, LastChangedDate ?? CreatedDate)
  const turns = RotationEnabled ? 'rotation is on' : 'rotation is off'
  return [{ ...judged, actual: `${judged.actual}; ${turns}` }]
}

async function keysOf(client: IAMClient, user: string, judge: Judge): Promise<Observation[]> {
  const subject: Subject = { rule: 'access-key-age', place: onOneLine(user), expected: 'the user is there' }
  const seen = await told({
    permission: 'iam:ListAccessKeys',
    absent: ['NoSuchEntity', 'NoSuchEntityException'],
    // A user has two keys at most. A path is part of its ARN, and not of its name.
    ask: () => client.send(new ListAccessKeysCommand({ UserName: user.slice(user.lastIndexOf('/') + 1) })),
  })
  if (seen.state === 'refused') return [unknown(subject, seen.reason)]
  if (seen.state === 'absent') return [missing(subject)]
  const active = (seen.value.AccessKeyMetadata ?? []).filter(({ Status }) => Status === 'Active')
  if (active.length === 0) return [fine({ ...subject, expected: 'access keys are young' }, 'it has none')]
  return active.map((key) => judge('access-key-age', `${user} ${shortened(key)}`, key.CreateDate))
}

/** Enough of a key's id to tell it from the other. */
const shortened = ({ AccessKeyId = '' }: AccessKeyMetadata): string => `…${AccessKeyId.slice(-4)}`
