import { afterEach, describe, expect, it, vi } from 'vitest'
import { remoteDocumentation } from '../../layers/aws/src/runtime/remote-documentation.ts'
import { remoteHost } from '../../layers/aws/src/runtime/remote-host.ts'

const node = { product: 'nodejs', version: process.versions.node }

describe('what a function runs on', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is the managed runtime, as Lambda names it', () => {
    vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x')
    expect(remoteHost().runtimes()).toEqual([{ product: 'aws-lambda', version: 'nodejs24.x' }, node])
  })

  it('is told without it elsewhere', () => {
    vi.stubEnv('AWS_EXECUTION_ENV', '')
    expect(remoteHost().runtimes()).toEqual([node])
  })
})

it('documentation is not built by a function', async () => {
  expect(remoteDocumentation().elsewhere).toContain('directory')
  expect(await remoteDocumentation().build()).toBeNull()
})
