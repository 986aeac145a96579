import { type AdvisoryAnswer, type PackageVersion, storedMemory, type TaskMemory } from '@hubkeeper/core'
import { configuredAdvisories, firstThatAnswers, osvClient, type Patience } from '@hubkeeper/http'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'
import { about, advisory, until } from '../support/osv-records.ts'
import { type OsvServer, osvServer } from '../support/osv-server.ts'

const pin = (name: string, version = '1.0'): PackageVersion => ({ ecosystem: 'PyPI', name, version })
const record = (id: string, name = 'lamp', rest = {}) =>
  advisory(id, about(name, { ranges: [until('2.0')] }), rest)

const hasty: Patience = { total: 20_000, request: 5000, tries: 3, wait: 1 }
const at = new Date('2026-12-01T04:00:00Z')

const memoryOf = (store = memoryStore()): TaskMemory => storedMemory({ store, task: 'dependency-update' })

const ask = (
  { url }: Pick<OsvServer, 'url'>,
  packages: readonly PackageVersion[],
  {
    memory = null,
    now = at,
    patience = {},
  }: { memory?: TaskMemory | null; now?: Date; patience?: Partial<Patience> } = {},
): Promise<AdvisoryAnswer> =>
  osvClient({ url, memory, now: () => now, patience: { ...hasty, ...patience } }).query(packages)

const idsOf = (answer: AdvisoryAnswer): string[] =>
  answer.state === 'done' ? answer.records.map((raw) => String(Object(raw).id)) : [`failed: ${answer.reason}`]

describe('a server with the API of osv.dev', () => {
  it('is asked for all packages at once, and for each advisory once', async () => {
    const server = await osvServer([
      record('PYSEC-1'),
      record('PYSEC-2'),
      record('PYSEC-3', 'shade'),
      record('PYSEC-4', 'bulb'),
    ])
    const answer = await ask(server, [
      pin('Lamp'),
      pin('lamp', '1.1'),
      pin('shade'),
      pin('desk'),
      pin('Lamp'),
    ])
    expect(answer).toMatchObject({
      state: 'done',
      origin: { source: server.url, readAt: at, newestAt: new Date('2026-05-01T10:00:00Z') },
      matches: [
        { ...pin('Lamp'), ids: ['PYSEC-1', 'PYSEC-2'] },
        { ...pin('lamp', '1.1'), ids: ['PYSEC-1', 'PYSEC-2'] },
        { ...pin('shade'), ids: ['PYSEC-3'] },
      ],
      requests: 4,
      unreadable: [],
    })
    expect(idsOf(answer)).toEqual(['PYSEC-1', 'PYSEC-2', 'PYSEC-3'])
    expect([...server.asked].sort()).toEqual([
      'GET /v1/vulns/PYSEC-1 200',
      'GET /v1/vulns/PYSEC-2 200',
      'GET /v1/vulns/PYSEC-3 200',
      'POST /v1/querybatch 200',
    ])
  })

  it('is asked for no more than 1000 packages at once, and for 8 records', async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `p${i}`)
    const server = await osvServer(
      names.filter((_, i) => i % 50 === 0).map((name) => record(`X-${name}`, name)),
    )
    const answer = await ask(
      server,
      names.map((name) => pin(name)),
    )
    expect(idsOf(answer)).toHaveLength(50)
    expect(answer.requests).toBe(3 + 50)
    expect(server.width).toBeLessThanOrEqual(8)
  })

  it('is asked page after page, also when a page has nothing but a token', async () => {
    const records = Array.from({ length: 7 }, (_, i) => record(`PYSEC-${i}`))
    const server = await osvServer([...records, record('PYSEC-9', 'shade')], {
      pageSize: 3,
      emptyFirstPage: true,
    })
    const answer = await ask(server, [pin('lamp'), pin('shade'), pin('desk')])
    expect(idsOf(answer)).toEqual([...records.map(({ id }) => id), 'PYSEC-9'])
    expect(server.asked.filter((line) => line.startsWith('POST'))).toHaveLength(4)
  })

  it('is asked for builds of a version as for the version', async () => {
    const affected = about('torch', { ranges: [[{ introduced: '0' }, { last_affected: '2.6.0' }]] })
    const server = await osvServer([advisory('PYSEC-1', affected)])
    expect(await ask(server, [pin('torch', '2.6.0+cpu')])).toMatchObject({
      matches: [{ ...pin('torch', '2.6.0+cpu'), ids: ['PYSEC-1'] }],
    })
  })

  it('counts nothing for packages without advisories, and makes one request', async () => {
    const server = await osvServer([])
    expect(await ask(server, [pin('lamp')])).toMatchObject({
      state: 'done',
      matches: [],
      records: [],
      requests: 1,
    })
    expect(await ask(server, [])).toMatchObject({ state: 'done', requests: 0 })
  })

  it('may refuse a package: the others are asked for, and it is named', async () => {
    const names = ['lamp', 'odd', 'shade', 'desk', 'bulb']
    const server = await osvServer(
      names.map((name) => record(`X-${name}`, name)),
      { refuses: ['odd'] },
    )
    const answer = await ask(
      server,
      names.map((name) => pin(name)),
    )
    expect(idsOf(answer)).toEqual(['X-bulb', 'X-desk', 'X-lamp', 'X-shade'])
    expect(answer).toMatchObject({
      unreadable: ['odd 1.0 cannot be asked for: status 400'],
      unasked: [pin('odd')],
    })
  })

  it('may know nothing of advisories that it counts: they are named, and still counted', async () => {
    const records = ['PYSEC-1', 'PYSEC-2', 'PYSEC-3', 'PYSEC-4'].map((id) => record(id))
    const spoiled = { 'PYSEC-1': 'absent', 'PYSEC-3': 'nonsense', 'PYSEC-4': 'another' } as const
    const server = await osvServer(records, { spoiled })
    const answer = await ask(server, [pin('lamp')])
    expect(idsOf(answer)).toEqual(['PYSEC-2'])
    expect(answer).toMatchObject({
      matches: [{ ids: records.map(({ id }) => id) }],
      unreadable: [
        'PYSEC-1 could not be read: it answered with status 404',
        'PYSEC-3 could not be read: it answered what is not JSON',
        'PYSEC-4 could not be read: it answered with another record',
      ],
    })
  })
})

describe('what a server said before', () => {
  it('is not asked for again unless it changed', async () => {
    const server = await osvServer([record('PYSEC-1'), record('PYSEC-2')])
    const memory = memoryOf()
    expect((await ask(server, [pin('lamp')], { memory })).requests).toBe(3)
    expect((await ask(server, [pin('lamp')], { memory })).requests).toBe(1)
    server.serve([
      record('PYSEC-1'),
      record('PYSEC-2', 'lamp', { modified: '2026-06-01T00:00:00Z', summary: 'worse' }),
    ])
    const answer = await ask(server, [pin('lamp')], { memory })
    expect(answer.requests).toBe(2)
    expect(answer).toMatchObject({ records: [{ id: 'PYSEC-1' }, { summary: 'worse' }] })
  })

  it('is asked for by its ETag where the server does not date it', async () => {
    const server = await osvServer([record('PYSEC-1')], { undated: true })
    const memory = memoryOf()
    await ask(server, [pin('lamp')], { memory })
    expect(idsOf(await ask(server, [pin('lamp')], { memory }))).toEqual(['PYSEC-1'])
    expect(server.asked.at(-1)).toBe('GET /v1/vulns/PYSEC-1 304')
  })

  it('is shown with its age when the server does not answer, and only of the same server', async () => {
    const server = await osvServer([record('PYSEC-1')])
    const memory = memoryOf()
    await ask(server, [pin('lamp')], { memory, now: new Date('2026-11-24T04:00:00Z') })
    server.behave('down')
    expect(await ask(server, [pin('lamp')], { memory })).toMatchObject({
      state: 'failed',
      lastKnown: {
        origin: { source: server.url, readAt: new Date('2026-11-24T04:00:00Z') },
        records: [{ id: 'PYSEC-1' }],
        matches: [{ ...pin('lamp'), ids: ['PYSEC-1'] }],
      },
    })
    const other = await osvServer([])
    other.behave('nonsense')
    expect(await ask(other, [pin('lamp')], { memory })).not.toHaveProperty('lastKnown')
  })

  it('is said when it cannot be kept, and keeps nothing from being asked', async () => {
    const server = await osvServer([record('PYSEC-1')])
    const memory: TaskMemory = {
      recall: () => Promise.reject(new Error('disk on fire')),
      remember: () => Promise.reject(new Error('disk on fire')),
    }
    const answer = await ask(server, [pin('lamp')], { memory })
    expect(idsOf(answer)).toEqual(['PYSEC-1'])
    expect(answer).toMatchObject({
      remarks: Array(2).fill('what was said before cannot be kept: disk on fire'),
    })
  })
})

describe('a server in trouble', () => {
  it.each([
    ['down', /^127\.0\.0\.1:\d+ cannot be reached, broke off or does not speak HTTP \(\w+\), 3 times$/, 3],
    [
      'breaks off',
      /^127\.0\.0\.1:\d+ cannot be reached, broke off or does not speak HTTP \(\w+\), 3 times$/,
      3,
    ],
    ['in trouble', /^127\.0\.0\.1:\d+ is in trouble \(status 503\), 3 times$/, 3],
    ['rate-limiting', /^127\.0\.0\.1:\d+ is asked too often \(status 429\), 3 times$/, 3],
    ['nonsense', /^it answered what is not JSON$/, 1],
    ['another form', /^it answered nonsense \(results\)$/, 1],
    ['huge', /^127\.0\.0\.1:\d+ sent more than 32\.0 MiB$/, 1],
  ] as const)('that is %s: a sentence, no exception', async (fault, reason, requests) => {
    const server = await osvServer([record('PYSEC-1')])
    server.behave(fault)
    expect(await ask(server, [pin('lamp')])).toEqual({
      state: 'failed',
      source: server.url,
      reason: expect.stringMatching(reason),
      requests,
    })
  })

  it('that is slow is not waited for any longer than it may take', async () => {
    const server = await osvServer([record('PYSEC-1')])
    server.behave('slow')
    expect(await ask(server, [pin('lamp')], { patience: { request: 20, tries: 2 } })).toMatchObject({
      reason: expect.stringMatching(/did not answer in time, 2 times$/),
      requests: 2,
    })
    expect(await ask(server, [pin('lamp')], { patience: { total: 30 } })).toMatchObject({
      reason: expect.stringMatching(
        /did not answer in time, and there is no time to ask again \(30 ms in all\)$/,
      ),
    })
  })

  it('that asks to wait longer than there is time is left alone', async () => {
    const server = await osvServer([record('PYSEC-1')], { retryAfter: '3600' })
    server.behave('rate-limiting')
    expect(await ask(server, [pin('lamp')])).toMatchObject({ state: 'failed', requests: 1 })
  })

  it.each(['down', 'in trouble', 'rate-limiting'] as const)(
    'that is %s and recovers answers in the end',
    async (fault) => {
      const server = await osvServer([record('PYSEC-1'), record('PYSEC-2')], {
        retryAfter: new Date(0).toUTCString(),
      })
      server.behave(fault, 2)
      const answer = await ask(server, [pin('lamp')])
      expect(idsOf(answer)).toEqual(['PYSEC-1', 'PYSEC-2'])
      expect(answer.requests).toBe(5)
    },
  )

  it.each([
    ['endless pages', /^it has more than 100 pages for one query$/],
    ['endless advisories', /^it counts more than 200,000 advisories$/],
    ['redirecting', /redirects without end, 3 times$/],
  ] as const)('that has %s is left alone', async (fault, reason) => {
    const server = await osvServer([])
    server.behave(fault)
    expect(await ask(server, [pin('lamp')])).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(reason),
    })
  })

  it('is asked even where its address has a % that says nothing', async () => {
    const server = await osvServer([record('PYSEC-1')])
    const url = server.url.replace('//', '//a%zz:b@')
    expect(idsOf(await ask({ url }, [pin('lamp')]))).toEqual(['PYSEC-1'])
  })

  it('that is not there is said so', async () => {
    const server = await osvServer([])
    expect(await ask({ url: 'http://127.0.0.1:9' }, [pin('lamp')])).toMatchObject({ state: 'failed' })
    expect(server.asked).toEqual([])
  })

  it('is shown without the password of its address', async () => {
    const server = await osvServer([])
    server.behave('nonsense')
    const url = server.url.replace('//', '//keeper:secret@')
    expect(await ask({ url }, [pin('lamp')])).toMatchObject({ state: 'failed', source: server.url })
  })
})

describe('sources one after the other', () => {
  const stored = (answer: Partial<Extract<AdvisoryAnswer, { state: 'done' }>> | string) => ({
    query: async (): Promise<AdvisoryAnswer> =>
      typeof answer === 'string'
        ? { state: 'failed', source: 'osv', reason: answer, requests: 0 }
        : {
            state: 'done',
            origin: { source: 'osv', newestAt: null, readAt: at },
            records: [],
            matches: null,
            requests: 0,
            unreadable: [],
            ...answer,
          },
  })
  const server = (url: string) => osvClient({ url, memory: null, now: () => at, patience: hasty })

  it('the second is asked when the first one does not answer, which is said', async () => {
    const broken = await osvServer([])
    broken.behave('nonsense')
    const both = firstThatAnswers(server(broken.url), stored({ records: [record('PYSEC-1')] }))
    expect(await both.query([pin('lamp')])).toMatchObject({
      state: 'done',
      origin: { source: 'osv' },
      records: [{ id: 'PYSEC-1' }],
      requests: 1,
      remarks: [`${broken.url} gave no advisories: it answered what is not JSON`],
    })
    broken.recover()
    expect(await both.query([pin('lamp')])).toMatchObject({ state: 'done', origin: { source: broken.url } })
  })

  it('both are named when neither answers', async () => {
    const broken = await osvServer([])
    broken.behave('nonsense')
    expect(await firstThatAnswers(server(broken.url), stored('it is gone')).query([pin('lamp')])).toEqual({
      state: 'failed',
      source: `${broken.url}, osv`,
      reason: `${broken.url} gave no advisories: it answered what is not JSON; nor did osv: it is gone`,
      requests: 1,
    })
  })

  it('are what the configuration names', async () => {
    const online = await osvServer([record('PYSEC-1')])
    const source = (url: string | null, place?: string) =>
      configuredAdvisories({
        configured: { url, maxAgeDays: 14, ...(place === undefined ? {} : { stored: place }) },
        memory: null,
        now: () => at,
        stored: (key) => stored({ origin: { source: key, newestAt: null, readAt: at } }),
      })
    const origins = await Promise.all(
      [source(online.url), source(online.url, 'osv'), source(null, 'osv'), source(null)].map(
        async (configured) => {
          const answer = await (await configured).query([pin('lamp')])
          return answer.state === 'done' ? answer.origin.source : answer.reason
        },
      ),
    )
    expect(origins).toEqual([
      online.url,
      online.url,
      'osv',
      'neither a server nor stored advisories are configured',
    ])
  })
})
