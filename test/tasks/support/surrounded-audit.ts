import {
  configSchema,
  type Finding,
  type Ports,
  type ScanEnd,
  type ScannerName,
  storedMemory,
  type TaskResult,
} from '@hubkeeper/core'
import type { access } from '../../../functions/security-audit/context.ts'
import { securityAudit } from '../../../functions/security-audit/task.ts'
import { memoryStore } from '../../fakes/memory-store.ts'
import { contextOf } from '../../support/context.ts'
import { findingIn } from '../../support/findings.ts'

/** The ports of a security audit. */
export type AuditPorts = {
  readonly [P in keyof typeof access]: Ports[P][(typeof access)[P] & keyof Ports[P]]
}

/** What this machine does not show: AWS, refusals, a state that cannot be written. */
export const surroundings = (changes: Partial<AuditPorts> = {}): AuditPorts => ({
  scanners: { run: async () => ({ state: 'not-configured', reason: 'nothing is' }) },
  posture: {
    storage: async () => [],
    credentials: async () => [],
    access: async () => ({ unavailable: 'no access is logged' }),
  },
  secrets: { async *texts() {} },
  endpoints: {
    tls: async () => ({ kind: 'timeout', detail: 'late', duration: 1 }),
    headers: async () => ({ kind: 'timeout', detail: 'late', duration: 1 }),
  },
  releases: {
    releasesOf: async (packages) => packages.map(() => ({ state: 'absent' })),
    supportOf: async (products) => products.map(() => ({ state: 'absent' })),
  },
  memory: storedMemory({ store: memoryStore(), task: 'security-audit' }),
  ...changes,
})

/** A hub of which nothing but a database is configured. */
export const plainHub = () => {
  const { one } = configSchema.parse({ hubs: { one: { database: { path: 'hub.db' } } } }).hubs
  if (one === undefined) throw new Error('there is no hub')
  return { id: 'one', ...one }
}

/** An audit of {@link plainHub}; another slot is another month. */
export const audit = (ports: AuditPorts, slot = 'first'): Promise<TaskResult> => {
  const base = contextOf(plainHub(), new Date('2026-12-01T10:00:00Z'), { slot })
  return securityAudit.start(base, async () => ports, {})
}

/** Status of a finding. */
export const statusOf = ({ findings }: TaskResult, check: string, subject?: string): string =>
  findingIn(findings)(check, subject).status

/** Findings of a check that alert nobody again. */
export const known = ({ findings, known }: TaskResult, check: string): (Finding | undefined)[] =>
  findings.filter((finding) => finding.check === check && known?.has(finding))

/** A scan that was done. */
export type Done = Extract<ScanEnd, { state: 'done' }>

/** One that printed something, and said something beside it. */
export const printed = (output: unknown, rest: Partial<Pick<Done, 'remarks' | 'unread'>> = {}): Done => ({
  state: 'done',
  version: '2.9.0',
  builtAt: new Date('2026-11-01T00:00:00Z'),
  databaseAt: null,
  output: typeof output === 'string' ? output : JSON.stringify(output),
  seconds: 1,
  ...rest,
})

/** A scan by pip-audit with one flaw, or one that failed. */
export const scan = (state: 'flawed' | 'failed'): ScanEnd =>
  state === 'failed'
    ? { state: 'failed', reason: 'it ended with code 2', output: [] }
    : printed([{ name: 'a', version: '1', vulns: [{ id: 'CVE-2026-1' }] }])

/** Of all scanners one is configured. */
export const only = (name: ScannerName, end: ScanEnd): AuditPorts['scanners'] => ({
  run: async (scanner) => (scanner === name ? end : { state: 'not-configured', reason: 'nothing is' }),
})

/** Nothing but pip-audit is configured. */
export const pipAudit = (end: ScanEnd): AuditPorts['scanners'] => only('pip-audit', end)
