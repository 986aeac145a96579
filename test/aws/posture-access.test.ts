import { join } from 'node:path'
import { directoryStore } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAccess } from '../../layers/aws/src/posture/access-log.ts'
import { accessLimits, summarizeAccess } from '../../layers/aws/src/posture/access-summary.ts'
import { refusesPlainText } from '../../layers/aws/src/posture/policy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { accessLine } from './support/logged-buckets.ts'

const at = new Date('2026-11-25T12:00:00.000Z')
const role = 'arn:aws:sts::123456789012:assumed-role/hubkeeper-backup/hubkeeper-backup'

describe('a line of an access log', () => {
  it('tells who asked, for what, and when', () => {
    expect(parseAccess(accessLine({ at, requester: role, key: 'demo/knowledge/hub.db' }))).toEqual({
      at,
      caller: 'role hubkeeper-backup of 123456789012',
      kind: 'read',
      refused: false,
      key: 'demo/knowledge/hub.db',
    })
  })

  it.each([
    ['REST.GET.OBJECT', 'read'],
    ['REST.HEAD.OBJECT', 'read'],
    ['REST.COPY.OBJECT_GET', 'read'],
    ['REST.PUT.OBJECT', 'write'],
    ['REST.POST.MULTI_OBJECT_DELETE', 'write'],
    ['REST.COPY.OBJECT', 'write'],
    ['BATCH.DELETE.OBJECT', 'write'],
    ['S3.EXPIRE.OBJECT', 'write'],
  ])('%s is a %s', (operation, kind) => {
    expect(parseAccess(accessLine({ at, requester: 'x', key: 'k', operation }))?.kind).toBe(kind)
  })

  it('is nobody’s without a requester, and refused by its status', () => {
    expect(parseAccess(accessLine({ at, requester: '-', key: 'k', status: 403 }))).toMatchObject({
      caller: 'anonymous',
      refused: true,
    })
  })

  it('has the key decoded; a listing is about its prefix', () => {
    expect(parseAccess(accessLine({ at, requester: 'x', key: 'demo/a%20b.txt' }))?.key).toBe('demo/a b.txt')
    const uri = 'GET /hubs?list-type=2&prefix=demo%2Flogs%2F HTTP/1.1'
    expect(parseAccess(accessLine({ at, requester: 'x', key: '-', uri }))?.key).toBe('demo/logs/')
    expect(
      parseAccess(accessLine({ at, requester: 'x', key: '-', uri: 'GET /hubs HTTP/1.1' }))?.key,
    ).toBeNull()
  })

  it('is none whatever else stands there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseAccess(text)).toBeNull()
      }),
    )
  })
})

describe('the summary of accesses', () => {
  it('counts what concerns the hub, by caller, most first', async () => {
    const store = directoryStore({ root: join(temporaryDirectory(), 'log') })
    const line = (requester: string, key: string, more: object = {}) =>
      accessLine({ at, requester, key, ...more })
    await store.put(
      '2026-11-25-12-30-00-AAAA',
      [
        line(role, 'demo/knowledge/hub.db'),
        line(role, 'demo/knowledge/hub.db', { operation: 'REST.PUT.OBJECT' }),
        line(role, 'other/knowledge/hub.db'),
        line('-', 'demo/knowledge/hub.db', { status: 403 }),
        line('arn:aws:iam::123456789012:user/jo', '-', {
          operation: 'REST.GET.BUCKET',
          uri: 'GET /hubs HTTP/1.1',
        }),
        'nonsense',
        line(role, 'demo/x', { at: new Date('2026-10-01T00:00:00Z') }),
      ].join('\n'),
    )
    expect(await summarizeAccess([{ store }], 'demo/', at)).toEqual({
      from: new Date('2026-10-25T12:00:00.000Z'),
      to: at,
      callers: [
        { caller: 'role hubkeeper-backup of 123456789012', reads: 1, writes: 1, refused: 0 },
        { caller: 'anonymous', reads: 0, writes: 0, refused: 1 },
        { caller: 'arn:aws:iam::123456789012:user/jo', reads: 1, writes: 0, refused: 0 },
      ],
      leftOut: 0,
    })
  })

  it('reads the newest files, and says how many it left out, and since when it knows', async () => {
    const store = directoryStore({ root: join(temporaryDirectory(), 'log') })
    for (const day of ['20', '21', '22', '23']) {
      for (const file of ['A', 'B']) {
        const text = accessLine({
          at: new Date(`2026-11-${day}T10:00:00Z`),
          requester: `${day}${file}`,
          key: 'demo/x',
        })
        await store.put(`2026-11-${day}-11-00-00-${file}`, text)
      }
    }
    const callersOf = async (limits: object) => {
      const { callers, from, leftOut } = await summarizeAccess([{ store }], 'demo/', at, {
        ...accessLimits,
        ...limits,
      })
      return { callers: callers.map(({ caller }) => caller), leftOut, from: from.toISOString().slice(0, 10) }
    }
    expect(await callersOf({ files: 3 })).toEqual({
      callers: ['22B', '23A', '23B'],
      leftOut: 5,
      from: '2026-10-25',
    })
    expect(await callersOf({ files: 3, listed: 4 })).toEqual({
      callers: ['22B', '23A', '23B'],
      leftOut: 1,
      from: '2026-11-21',
    })
    expect(await callersOf({ bytes: 10 })).toEqual({ callers: [], leftOut: 8, from: '2026-10-25' })
    expect((await callersOf({ callers: 2 })).callers).toHaveLength(2)
  })
})

describe('a policy that wants TLS', () => {
  const overTls = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::hubs', 'arn:aws:s3:::hubs/*'],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  const policy = (...Statement: object[]) => JSON.stringify({ Statement })

  it.each([
    ['as the CDK writes it', policy(overTls), true],
    ['with a principal of accounts', policy({ ...overTls, Principal: { AWS: ['*'] } }), true],
    [
      'in two statements',
      policy({ ...overTls, Resource: 'arn:aws:s3:::hubs' }, { ...overTls, Resource: 'arn:aws:s3:::hubs/*' }),
      true,
    ],
    ['as one statement', JSON.stringify({ Statement: overTls }), true],
    ['beside others', policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }, overTls), true],
    ['for objects alone', policy({ ...overTls, Resource: 'arn:aws:s3:::hubs/*' }), false],
    ['for reads alone', policy({ ...overTls, Action: 's3:GetObject' }), false],
    ['for one caller alone', policy({ ...overTls, Principal: { AWS: 'arn:aws:iam::1:root' } }), false],
    [
      'under a further condition',
      policy({ ...overTls, Condition: { ...overTls.Condition, Null: { x: 'true' } } }),
      false,
    ],
    ['of another bucket', policy({ ...overTls, Resource: ['arn:aws:s3:::x', 'arn:aws:s3:::x/*'] }), false],
    ['that allows', policy({ ...overTls, Effect: 'Allow' }), false],
    ['that is none', 'nonsense', false],
  ])('%s', (_, text, expected) => {
    expect(refusesPlainText(text, 'hubs')).toBe(expected)
  })
})
