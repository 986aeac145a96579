import { withoutSecrets } from '@hubkeeper/audit'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const secret = 'Zz8Q2xLr7VtB4nWc1ZpK6mYd'

it.each([
  ['what is assigned', `cannot parse DB_PASSWORD=${secret} in line 3`],
  ['an option of a command', `pip failed: --password ${secret} --quiet`],
  ['a URL', `cannot reach https://user:${secret}@index.example.org/simple`],
  ['a URL with a password that ends no name', `cannot reach https://user:a/${secret}@b@index.example.org/`],
  ['a URL that was cut short', `cannot reach https://user:${secret.slice(0, 12)}…`],
  ['a token alone in a URL', `cannot reach git+https://${secret}@example.org/a.git`],
  ['a header', `request had Authorization: Bearer ${secret}`],
  ['a known form', `found ghp_${secret}${secret.slice(0, 12)} here`],
])('%s is not shown', async (_, line) => {
  const [shown] = await withoutSecrets(['before', line, 'after']).then((lines) => lines.slice(1))
  expect(shown).not.toContain(secret.slice(0, 8))
})

it.each([
  'subprocess call with shell=True identified, security issue.',
  'Possible hardcoded password: (not shown) (confidence: low)',
  'app/broken.py: syntax error while parsing AST from file',
  'Specify at least 1 USER command in Dockerfile with non-root user as argument',
  'jinja2 3.1.2: HTML attribute injection when passing user input as keys to xmlattr filter',
  'cannot reach http://proxy:3128/path',
])('%s stays as it is', async (line) => {
  expect(await withoutSecrets([line])).toEqual([line])
})

it('whatever is said, there are as many lines afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), async (lines) => {
      expect(await withoutSecrets(lines)).toHaveLength(lines.length)
    }),
    { numRuns: 50 },
  )
})
