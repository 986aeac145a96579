import { generateKeyPairSync } from 'node:crypto'
import { newSalt, type SecretFindings, searchSecrets, secretFingerprint } from '@hubkeeper/audit'
import type { SearchedText, TextKind, UnsearchedText } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const fingerprint = secretFingerprint(newSalt())

const textOf = (text: string, kind: TextKind = 'config', place = 'config/hub.txt'): SearchedText => ({
  state: 'read',
  place,
  kind,
  text,
  firstLine: 1,
})

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const search = (...texts: (SearchedText | UnsearchedText)[]): Promise<SecretFindings> =>
  searchSecrets(each(texts), { fingerprint })

/** Rule and name of all that is found in one text. */
const found = async (text: string, kind?: TextKind, place?: string): Promise<string[]> =>
  (await search(textOf(text, kind, place))).findings.map(
    ({ name, rule }) => rule + (name === null ? '' : ` ${name}`),
  )

const base64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

// Put together here, so that no token stands in this file.
const made = 'q7Rk2mZx9LwT4vBn8sYd3'
const accessKey = ['AK', 'IA', 'Q3EGRIJ7XKZ4NB2W'].join('')
const secretKey = ['k8Zq2/Lm', '9Xw+Rt4v', 'Bn7sYd3G', 'h6Jf1Pc5', 'Ue0Wa8Ki'].join('')
const github = ['gh', 'p_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('')
const slack = ['xo', 'xb-', '2514361293-', '2515367434721-', 'bGqz8RkTyWm2Lx4VnCs7Pd9f'].join('')
const webToken = `${base64Url({ alg: 'HS256', typ: 'JWT' })}.${base64Url({ sub: '1' })}.${made}${made}`
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

describe('secrets that are recognised by their form', () => {
  it.each([
    ['an access key of AWS', `key=${accessKey}`, 'aws key'],
    ['a secret key of AWS', `aws_secret_access_key = ${secretKey}`, 'aws aws_secret_access_key'],
    ['a token of GitHub', `GITHUB_TOKEN=${github}`, 'github GITHUB_TOKEN'],
    ['a token of Slack', `see ${slack} for more`, 'slack'],
    ['a private key', pem.toString(), 'private-key'],
    ['a private key on one line', JSON.stringify({ private_key: pem }), 'private-key private_key'],
    ['a JSON web token', `session ${webToken} began`, 'jwt'],
    ['a database’s URL', `DATABASE_URL=postgres://hub:${made}@db:5432/hub`, 'url-password DATABASE_URL'],
    ['a cache’s URL', `REDIS_URL=redis://:${made}@cache:6379/0`, 'url-password REDIS_URL'],
    ['a header', `> Authorization: Basic ${Buffer.from(`hub:${made}`).toString('base64')}`, 'authorization'],
  ])('%s', async (_, text, expected) => {
    expect(await found(text)).toEqual([expected])
    expect((await search(textOf(text, 'log'))).findings.map(({ rule }) => rule)).toEqual([
      expected.split(' ')[0],
    ])
  })

  it('an encrypted private key is none, nor is a text that speaks of one', async () => {
    const head = '-----BEGIN EC PRIVATE KEY-----'
    expect(await found(pem.toString().replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'))).toEqual([])
    expect(await found(`${head}\nProc-Type: 4,ENCRYPTED\n\n${'A1b2'.repeat(40)}`)).toEqual([])
    expect(await found(`${head} is what each of them begins with ${'and so on '.repeat(20)}`)).toEqual([])
  })

  it('no comment in a text talks the search out of it', async () => {
    expect(await found(`# secretlint-disable\nX=${github}`)).toEqual(['github X'])
  })

  it('a key is the same on one line and on many', async () => {
    const { findings } = await search(
      textOf(pem.toString(), 'config', 'a.pem'),
      textOf(JSON.stringify({ pem }), 'config', 'b.json'),
    )
    expect(new Set(findings.map((one) => one.fingerprint)).size).toBe(1)
  })
})

describe('secrets that are recognised by what they are assigned to', () => {
  it.each([
    ['.env', `export DB_PASSWORD=${made}`, 'DB_PASSWORD'],
    ['.env with spaces within quotes', `DB_PASSWORD="S3cret horse, battery 9x"`, 'DB_PASSWORD'],
    ['.env with signs that end values elsewhere', 'DB_PASSWORD=a;b,c&d)e9', 'DB_PASSWORD'],
    ['ini', `[mail]\nsmtp_passwd = ${made}   ; of the relay`, 'smtp_passwd'],
    ['YAML', `auth:\n  users:\n    - name: hub\n      password: ${made}`, 'password'],
    ['YAML in one line', `{ user: hub, apiKey: ${made} }`, 'apiKey'],
    ['YAML of containers', `env:\n  - name: API_TOKEN\n    value: "${made}"`, 'API_TOKEN'],
    ['JSON', JSON.stringify({ mail: { host: 'x', clientSecret: made } }, null, 2), 'clientSecret'],
    ['JSON in a log’s JSON', JSON.stringify({ message: JSON.stringify({ token: made }) }), 'token'],
    ['TOML', `[auth]\nsigning-key = '${made}'`, 'signing-key'],
    ['XML', `<hub><password>${made}</password></hub>`, 'password'],
    ['Python', `config['secret_key'] = '${made}'`, 'secret_key'],
    ['connection strings', `Server=db;User=hub;Password=${made};Port=1`, 'Password'],
    ['redis.conf', `requirepass ${made}`, 'requirepass'],
    ['command lines', `exec hub --db-password ${made} --port 80`, 'db-password'],
    ['comments', `# password = ${made}`, 'password'],
  ])('in %s', async (_, text, name) => {
    expect(await found(text)).toEqual([`assigned-secret ${name}`])
  })

  it.each([
    `2026-11-20 10:00:00 GET /search?q=x&api_key=${made}&page=2 200`,
    `login failed for hub, password='${made}'`,
    `{"level":"debug","api_key":"${made}"}`,
    `settings: {'token': '${made}'}`,
  ])('in a log line: %#', async (line) => {
    expect(await found(line, 'log')).toHaveLength(1)
  })

  it('weak ones as well, in configuration', async () => {
    expect(await found('password: sunshine')).toEqual(['assigned-secret password'])
  })
})

describe('default passwords', () => {
  it.each([
    'password: admin',
    'DB_PASSWORD=changeme',
    'demo_users:\n  admin: "admin123"',
    'POSTGRES_PASSWORD=postgres',
    'SECRET_KEY=your-secret-key-change-in-production',
    'secret_key: "my-super-secret-key"',
    'url = postgres://postgres:postgres@localhost/hub',
    'url: amqp://guest:guest@queue',
  ])('%s', async (text) => {
    const rules = (await search(textOf(text))).findings.map(({ rule }) => rule)
    expect(rules).toEqual(['default-password'])
  })

  it('also in a list of accounts on one line', async () => {
    expect(await found('{"users": {"admin": "admin123"}}')).toEqual(['default-password admin'])
  })

  it('a template may have them', async () => {
    expect(await found('DB_PASSWORD=changeme', 'config', '.env.example')).toEqual([])
  })
})

describe('what is no secret', () => {
  it.each([
    'password:',
    'password: ""',
    'PASSWORD=REDACTED',
    'PASSWORD=********',
    'PASSWORD=xxxxxxxx',
    'PASSWORD=<your password>',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what configuration has in it
    'PASSWORD=${DB_PASSWORD}',
    'PASSWORD=$DB_PASSWORD',
    'password: !vault |',
    'password: "{{ vault_password }}"',
    'password_file: /run/secrets/db',
    'password: /run/secrets/db_password',
    'private_key: certs/server.key',
    'client_secret_env: CLIENT_SECRET',
    'vault_token: VAULT_TOKEN',
    'API_KEY=your-api-key-here',
    'API_KEY=example-key-123456',
    'password_hash: $2b$12$abcdefghijklmnopqrstuv',
    'password: $2b$12$abcdefghijklmnopqrstuvabcdefghijklmnopqrstuvwxyz01234',
    'access_token_expire_minutes: 30',
    'max_tokens: 4096',
    'next_token: eyAbc123XyZ987qwe',
    'api_key_header: "X-API-Key"',
    'token_endpoint: "/oauth/token"',
    'token_url: https://login.internal/oauth2/v1/token',
    'credentials:\n  storage_type: keyring',
    'allow_credentials: true',
    'secret: arn:aws:secretsmanager:eu-central-1:1:secret:hub',
    'secretName: database-credentials',
    'token: RefreshToken',
    'password = get_password(settings)',
    '# The password must have at least 8 characters',
    'password_policy: "at least 12 characters, 1 digit"',
    'url: http://localhost:8080/path@2x.png',
    'account_id: 123456789012',
    'POSTGRES_USER=postgres',
    'user: admin',
    'chown root:root /etc/hub',
    'password_encryption = scram-sha-256',
    'password: only the one who asks is told',
    'password: Optional[str] = None',
  ])('%s', async (text) => {
    expect(await found(text)).toEqual([])
  })

  it('in a program: what has no quotes', async () => {
    const line = `password = derive${made}\n`
    expect(await found(line, 'config', 'config/settings.py')).toEqual([])
    expect(await found(`password = '${made}'`, 'config', 'config/settings.py')).toHaveLength(1)
  })

  it.each([
    'Invalid password: User42 could not log in',
    'token: expired',
    'password=incorrect',
    'GET /static/reset-password 200',
    'secret rotated, tokens: 1200, password changed',
    'Session token: none',
  ])('in a log: %s', async (line) => {
    expect(await found(line, 'log')).toEqual([])
  })
})

describe('what a finding says', () => {
  it('one line without end is searched as fast as many: who writes into a log may not stop a search', async () => {
    const { findings } = await search(textOf(`authorization: bearer ${made} `.repeat(60_000), 'log'))
    expect(findings).toMatchObject([{ line: 1, count: 60_000 }])
  })

  it('where it stands, what it is called, how long it is; and the same of the same secret', async () => {
    const env = textOf(`A=1\nDB_PASSWORD=${made}\n`, 'config', '.env')
    const later = { ...textOf(`password=${made}`, 'environment', 'service hub'), firstLine: 40 }
    const { findings } = await search(env, later)
    expect(findings).toEqual([
      expect.objectContaining({ place: '.env', line: 2, name: 'DB_PASSWORD', length: made.length, count: 1 }),
      expect.objectContaining({ place: 'service hub', line: 40, kind: 'environment' }),
    ])
    expect(new Set(findings.map((one) => one.fingerprint)).size).toBe(1)
    expect(secretFingerprint(newSalt())(made)).not.toBe(fingerprint(made))
  })

  it('a log that repeats a secret has one finding, with a count; another secret has its own', async () => {
    const line = `api_key=${made}\n`
    const first = textOf(line.repeat(500), 'log', 'hub.log')
    const second = { ...textOf(`${line}api_key=z${made}`, 'log', 'hub.log'), firstLine: 501 }
    const { findings, places } = await search(first, second)
    expect(findings.map(({ count, line: at }) => [at, count])).toEqual([
      [1, 501],
      [502, 1],
    ])
    expect(places).toBe(1)
  })

  it('what has no room is counted', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `api_key=${made}${i}`).join('\n')
    const some = await searchSecrets(each([textOf(lines, 'log')]), { fingerprint, maxFindings: 10 })
    expect([some.findings.length, some.omitted]).toEqual([10, 20])
  })

  it('what could not be searched is passed on', async () => {
    const unread = { state: 'unread', place: '.env', kind: 'config', reason: 'closed' } as const
    expect((await search(unread)).unsearched).toEqual([unread])
  })

  it('a name that repeats the value is not told', async () => {
    expect(await found(`token_${made}=${made}`)).toEqual(['assigned-secret'])
  })
})
