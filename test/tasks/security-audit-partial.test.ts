import {
  type ScanEnd,
  type SearchedText,
  storedMemory,
  type TaskResult,
  type TlsView,
  type UnsearchedText,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { securityAudit } from '../../functions/security-audit/task.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { contextOf } from '../support/context.ts'
import { findingIn } from '../support/findings.ts'
import {
  type AuditPorts,
  audit,
  type Done,
  known,
  only,
  pipAudit,
  plainHub,
  printed,
  statusOf,
  surroundings,
} from './support/surrounded-audit.ts'

const figureOf = ({ figures = [] }: TaskResult, name: string, subject: string | null = null) =>
  figures.find((figure) => figure.name === name && figure.subject === subject)?.value

describe('what a scanner looks at only in part', () => {
  /** Two files with the same flaw; some are read, some are not, and the rest is sound. */
  const bandit = (flawed: readonly string[], unread: readonly string[], unseen: Done['unread'] = []) => {
    const results = flawed.map((filename) => ({
      ...{ filename, issue_severity: 'HIGH', issue_text: 'said', test_id: 'B602', line_number: 5 },
      ...{ line_range: [5], code: `5 call(x)  # ${filename}\n` },
    }))
    const errors = unread.map((filename) => ({ filename, reason: 'syntax error' }))
    return only('bandit', printed({ errors, results }, { unread: unseen }))
  }

  const documentOf = ({ attachments = [] }: TaskResult, name: string): string =>
    attachments.find((each) => each.name === name)?.text ?? ''

  it('stays as it was there, open and told, and is mended elsewhere', async () => {
    const ports = surroundings()
    await audit({ ...ports, scanners: bandit(['a.py', 'b.py'], []) }, 'first')
    const partly = await audit({ ...ports, scanners: bandit([], ['a.py']) }, 'second')
    expect(figureOf(partly, 'security.fixed')).toBe(1)
    expect(figureOf(partly, 'security.not-seen')).toBe(1)
    expect(figureOf(partly, 'security.issues', 'high')).toBe(1)
    expect(JSON.parse(documentOf(partly, 'findings.json'))).toMatchObject({
      open: { high: 1 },
      notLookedFor: [{ location: { path: 'a.py' } }],
    })
    // What reads SARIF takes for closed what is not there any more.
    expect(JSON.parse(documentOf(partly, 'findings.sarif')).runs[0].results).toMatchObject([
      { baselineState: 'absent' },
      { baselineState: 'unchanged' },
    ])
    const again = await audit({ ...ports, scanners: bandit(['a.py'], []) }, 'third')
    expect(findingIn(again.findings)('code.findings', 'B602 a.py:5').status).toBe('warning')
    expect(known(again, 'code.findings')).toHaveLength(1)
  })

  it.each([
    ['a directory above it is closed', bandit([], [], [{ place: 'lib', reason: 'closed' }])],
    ['something was not understood', only('bandit', printed({ errors: [], results: [1] }))],
  ])('also where %s', async (_, scanners) => {
    const ports = surroundings()
    await audit({ ...ports, scanners: bandit(['lib/a.py'], []) }, 'first')
    const partly = await audit({ ...ports, scanners }, 'second')
    expect(figureOf(partly, 'security.not-seen')).toBe(1)
    expect(figureOf(partly, 'security.fixed')).toBe(0)
    expect(statusOf(partly, 'code.findings', 'bandit')).toBe('unknown')
  })

  it('an endpoint with a bad certificate that is down is not mended, and another one is', async () => {
    const [down, up] = ['https://down.example.org/', 'https://up.example.org/']
    const view: TlsView = {
      kind: 'tls',
      protocol: 'TLSv1.3',
      olderProtocols: [],
      subject: 'CN=hub',
      issuer: 'CN=hub',
      validFrom: new Date('2026-01-01T00:00:00Z'),
      validTo: new Date('2028-01-01T00:00:00Z'),
      distrust: 'it signed itself',
    }
    const headers: AuditPorts['endpoints']['headers'] = async () => ({
      kind: 'timeout',
      detail: '',
      duration: 1,
    })
    const tls = (second: boolean): AuditPorts['endpoints'] => ({
      headers,
      tls: async (url) => {
        if (!second) return view
        return url === down ? { kind: 'timeout', detail: 'late', duration: 1 } : { ...view, distrust: null }
      },
    })
    const ports = surroundings()
    const of = {
      ...plainHub(),
      audit: { ...plainHub().audit, endpoints: { ...plainHub().audit.endpoints, urls: [down, up] } },
    }
    const look = (second: boolean, slot: string) =>
      securityAudit.start(
        contextOf(of, new Date('2026-12-01T10:00:00Z'), { slot }),
        async () => ({ ...ports, endpoints: tls(second) }),
        {},
      )
    expect(figureOf(await look(false, 'first'), 'security.issues', 'critical')).toBe(2)
    const second = await look(true, 'second')
    expect(figureOf(second, 'security.fixed')).toBe(1)
    expect(figureOf(second, 'security.issues', 'critical')).toBe(1)
    expect(figureOf(second, 'security.not-seen')).toBe(1)
  })
})

describe('texts of which some cannot be read', () => {
  const read = (place: string): SearchedText => ({
    ...{ state: 'read', place, kind: 'config', firstLine: 1 },
    text: 'API_KEY=Zz8Q2xLr7VtB4nWc1ZpK6mYd',
  })
  const unread = (place: string): UnsearchedText => ({
    state: 'unread',
    place,
    kind: 'config',
    reason: 'closed',
  })
  const search = (...texts: readonly (SearchedText | UnsearchedText)[]): AuditPorts['secrets'] => ({
    async *texts() {
      yield* texts
    },
  })

  it.each([
    ['in a file that is closed stays, one in another is mended', ['a.env', 1, 1]],
    ['below a directory that is closed stays', ['deep', 1, 1]],
    ['may be anywhere where files cannot even be listed', ['configuration', 2, 0]],
  ] as const)('a secret %s', async (_, [closed, notSeen, fixed]) => {
    const ports = surroundings()
    const first = closed === 'deep' ? 'deep/a.env' : 'a.env'
    await audit({ ...ports, secrets: search(read(first), read('b.env')) }, 'first')
    const second = await audit({ ...ports, secrets: search(unread(closed)) }, 'second')
    expect(figureOf(second, 'security.not-seen')).toBe(notSeen)
    expect(figureOf(second, 'security.fixed')).toBe(fixed)
    expect(figureOf(second, 'security.issues', 'critical')).toBe(notSeen)
  })
})

describe('what a scanner says', () => {
  const secret = 'Zz8Q2xLr7VtB4nWc1ZpK6mYd'

  it('is shown without the secrets that it quotes, wherever it says them', async () => {
    const quoted = [`password = '${secret}'`, `https://hub:${secret}@index.example.org/simple`]
    const ends: readonly ScanEnd[] = [
      printed('nonsense', { remarks: quoted }),
      { state: 'failed', reason: `it said token=${secret}`, output: quoted },
      printed([
        { name: 'a', version: '1', vulns: [{ id: 'CVE-2026-1', description: quoted.join(' ') }] },
        { name: 'b', skip_reason: quoted[1] },
      ]),
    ]
    for (const end of ends) {
      const memory = memoryStore()
      const result = await audit(
        surroundings({
          scanners: pipAudit(end),
          memory: storedMemory({ store: memory, task: 'security-audit' }),
        }),
      )
      const kept = await memory.get('state/memory/security-audit/issues.json')
      const all = JSON.stringify([result.findings, result.attachments]) + new TextDecoder().decode(kept?.body)
      expect(all).toContain('not shown')
      expect(all).not.toContain(secret.slice(0, 8))
    }
  })
})
