import { newSalt, searchSecrets, secretFingerprint } from '@hubkeeper/audit'
import type { SearchedText, TextKind } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const fingerprint = secretFingerprint(newSalt())
const kinds = fc.constantFrom<TextKind>('config', 'log', 'environment')

async function* one(text: string, kind: TextKind): AsyncGenerator<SearchedText> {
  yield { state: 'read', place: 'config/hub', kind, text, firstLine: 1 }
}

const search = (text: string, kind: TextKind) => searchSecrets(one(text, kind), { fingerprint })

const signs = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
/** What is made by chance and has letters and digits, as nearly every made secret of that length has. */
const madeSecret = fc
  .string({ unit: fc.constantFrom(...signs), minLength: 20, maxLength: 40 })
  .filter((value) => /\d[A-Za-z]/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value))
  .filter((value) => new Set(value).size > 10)

/** Anything without what would end it in its place. */
const chosenSecret = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 60 })
  .map((value) => value.replace(/[\s"\\]/g, '_'))

const rules = ['assigned-secret', 'default-password', 'url-password', 'private-key', 'authorization']

const secretNames = fc.constantFrom(
  'DB_PASSWORD',
  'api_key',
  'apiKey',
  'auth-token',
  'client_secret',
  'smtp.passwd',
  'PRIVATE_KEY',
  'aws_secret_access_key',
)

const forms: ReadonlyArray<(name: string, value: string) => string> = [
  (name, value) => `${name}=${value}`,
  (name, value) => `export ${name}="${value}"`,
  (name, value) => `  ${name}: '${value}'`,
  (name, value) => `"${name}": "${value}",`,
  (name, value) => JSON.stringify({ message: JSON.stringify({ [name]: value }) }),
  (name, value) => `- name: ${name}\n  value: ${value}`,
  (name, value) => `GET /x?${name}=${value}&y=1`,
]

const planted = <T>(secrets: fc.Arbitrary<T>) =>
  fc.record({
    before: fc.string({ unit: 'binary', maxLength: 80 }),
    name: secretNames,
    value: secrets,
    form: fc.constantFrom(...forms),
    kind: kinds,
  })

describe('whatever the text', () => {
  it('nothing of a secret is in what is said of it', async () => {
    await fc.assert(
      fc.asyncProperty(planted(fc.oneof(madeSecret, chosenSecret)), async (plan) => {
        const { before, form, kind, name, value } = plan
        const told = JSON.stringify(await search(`${before}\n${form(name, value)}\n`, kind)).toLowerCase()
        // What a report without any secret says as well.
        const own = JSON.stringify([
          name,
          await search('api_key=q7Rk2mZx9LwT4vBn8sYd3', kind),
          ...rules,
        ]).toLowerCase()
        for (let at = 0; at + 6 <= value.length; at++) {
          const part = value.slice(at, at + 6).toLowerCase()
          expect(told.includes(part) && !own.includes(part)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a search ends, and finds lines that are there', async () => {
    const words = fc.constantFrom(
      'password',
      'token',
      '=',
      ': ',
      '"',
      "'",
      '://',
      '@',
      'eyJ',
      '\n',
      '\\',
      '-----BEGIN ',
    )
    const pieces = fc.oneof(words, fc.string({ unit: 'binary', maxLength: 10 }), madeSecret)
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 60 }), kinds, async (parts, kind) => {
        const text = parts.join('')
        for (const { line } of (await search(text, kind)).findings) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(text.split('\n').length)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('made secrets', () => {
  it('are found under every name, in every form', async () => {
    await fc.assert(
      fc.asyncProperty(planted(madeSecret), async ({ form, name, value }) => {
        for (const kind of ['config', 'log'] as const) {
          const { findings } = await search(form(name, value), kind)
          expect(findings.map((finding) => finding.length)).toEqual([value.length])
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('lines without a secret', () => {
  const plainName = fc.constantFrom(
    ...'LOG_LEVEL port host workers timeout chunk_size model title description version region url path'.split(
      ' ',
    ),
  )
  const aboutSecrets = fc.constantFrom(
    ...`token_expire_minutes password_min_length api_key_header token_type secret_name max_tokens password_file
      access_token_lifetime client_secret_env session_key_prefix credentials_path auth_token_url`.split(
      /\s+/,
    ),
  )
  const plainValue = fc.oneof(
    fc.integer().map(String),
    fc.boolean().map(String),
    fc.double({ noNaN: true }).map(String),
    fc.ipV4(),
    fc.webUrl(),
    fc.domain(),
    fc.uuid(),
    fc.emailAddress(),
    fc.lorem(),
    madeSecret,
    fc.constantFrom(
      '/var/lib/hub',
      './data/hub.db',
      '100/minute',
      '0 2 * * *',
      'X-API-Key',
      '["*"]',
      'HS256',
    ),
  )
  const noValue = fc.constantFrom(
    ...`"" REDACTED *** xxxxxxxx <token> \${TOKEN} $TOKEN {{token}} null none true false 30 keyring
      /run/secrets/token certs/server.key API_TOKEN arn:aws:iam::1:role/x example-token https://id.internal/token
      vault:secret/hub !vault settings.token get_token()`.split(/\s+/),
  )
  const line = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
    fc
      .tuple(name, value, fc.constantFrom('=', ': ', ' = '))
      .map(([left, right, sign]) => `${left}${sign}${right}`)

  it.each([
    ['that have other names', line(plainName, plainValue)],
    ['whose names only speak of secrets', line(aboutSecrets, plainValue)],
    ['that name a secret and have none', line(secretNames, noValue)],
  ])('%s give no finding', async (_, lines) => {
    await fc.assert(
      fc.asyncProperty(lines, kinds, async (text, kind) => {
        expect((await search(text, kind)).findings).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })
})
