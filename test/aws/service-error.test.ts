import { HubkeeperError } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { serviceError } from '../../layers/aws/src/service-error.ts'

const errorOf = (name: string, fields: object = {}): Error =>
  Object.assign(new Error('what AWS said'), { name, ...fields })

describe('trouble with a service', () => {
  it.each([
    ['AccessDenied', 'no-access'],
    ['AccessDeniedException', 'no-access'],
    ['AuthorizationErrorException', 'no-access'],
    ['KMSAccessDeniedException', 'no-access'],
    ['ExpiredTokenException', 'credentials'],
    ['UnrecognizedClientException', 'credentials'],
    ['InvalidClientTokenId', 'credentials'],
    ['CredentialsProviderError', 'credentials'],
    ['ThrottlingException', 'throttled'],
    ['ThrottledException', 'throttled'],
    ['KMSThrottlingException', 'throttled'],
    ['NotFoundException', 'object-missing'],
    ['ResourceNotFoundException', 'object-missing'],
    ['TimeoutError', 'unreachable'],
    ['ValidationException', 'io'],
    ['InternalServerException', 'io'],
  ])('%s is %s', (name, code) => {
    const error = serviceError(errorOf(name), 'cannot publish to the topic arn:a')
    expect(error).toMatchObject({ code, message: 'cannot publish to the topic arn:a: what AWS said' })
  })

  it.each([
    ['a refused connection', { code: 'ECONNREFUSED' }, 'unreachable'],
    ['an unknown host', { code: 'ENOTFOUND' }, 'unreachable'],
    ['403 by a name that is not known', { $metadata: { httpStatusCode: 403 } }, 'no-access'],
    ['429 by a name that is not known', { $metadata: { httpStatusCode: 429 } }, 'throttled'],
  ])('%s is told by its code', (_, fields, code) => {
    expect(serviceError(errorOf('Error', fields), 'w')).toMatchObject({ code })
  })

  it('says what to do, keeps its cause, and is not wrapped twice', () => {
    const cause = errorOf('NotFound')
    const error = serviceError(cause, 'w')
    expect(error.hint).toContain('npx cdk deploy')
    expect(error.cause).toBe(cause)
    expect(serviceError(error, 'again')).toBe(error)
    expect(serviceError('thrown', 'w')).toBeInstanceOf(HubkeeperError)
  })
})
