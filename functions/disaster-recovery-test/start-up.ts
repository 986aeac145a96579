import {
  askEndpoint,
  type Finding,
  type FindingStatus,
  finding,
  formatDuration,
  type HubConfig,
  HubkeeperError,
  type RestoredCopy,
  type RestoredData,
  type RestoredFile,
  type RestoredHub,
  type StartedHub,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'
import { answerQueries } from './statements.ts'

/** Whether what was restored answers. */
export interface StartUp {
  readonly findings: Finding[]
  /** From laying it out until it answered, seconds; null when it did not, or nobody asked. */
  readonly seconds: number | null
  /** What answered, in words. */
  readonly how: string
}

const subject = 'start'

/** Starts the hub on what was restored and asks it, and runs its queries on the copy. */
export async function startUp(
  context: DrillContext,
  copy: RestoredCopy,
  files: readonly RestoredFile[],
): Promise<StartUp> {
  const { dryRun, recovery } = context
  const none = recovery.unavailable ?? (dryRun ? 'a dry run starts nothing' : null)
  const started = none === null ? await startHub(context, copy, files) : null
  const queries = await answerQueries(context, copy)
  if (started !== null) {
    return { ...started, findings: [...started.findings, ...queries.findings] }
  }
  // Where its queries answer, there is something to go by; else nobody has seen anything answer.
  const status = queries.seconds === null && queries.findings.length === 0 ? 'unknown' : 'skipped'
  const advice = 'set recovery.start or database.statements in hubkeeper.json'
  return {
    findings: [
      finding('drill.start-up', status, {
        subject,
        actual: none,
        ...(status === 'unknown' ? { advice } : {}),
      }),
      ...queries.findings,
    ],
    seconds: queries.seconds,
    how: 'its queries answered',
  }
}

async function startHub(
  { api, hub, now, progress, recovery }: DrillContext,
  copy: RestoredCopy,
  files: readonly RestoredFile[],
): Promise<StartUp> {
  progress.step('Starting the hub on the restored copy')
  const began = now().getTime()
  const database = { key: hub.database.path, path: copy.path }
  const restored = await laidOut(recovery, { database, files })
  if ('findings' in restored) return restored
  try {
    const start = await recovery.start(restored)
    if (start.state === 'refused') {
      const advice =
        'use {directory} and {database} in recovery.start; keep what it needs with the backups: backups.files'
      const details = { subject, expected: 'a healthy answer', actual: start.reason, advice }
      return { findings: [finding('drill.start-up', 'unknown', details)], seconds: null, how: '' }
    }
    if (start.state === 'failed') {
      const { output, reason } = start
      const details = { subject, expected: 'a healthy answer', actual: reason, evidence: output }
      return { findings: [finding('drill.start-up', 'critical', details)], seconds: null, how: '' }
    }
    const seconds = (now().getTime() - began) / 1000
    try {
      const answers = await askAll(hub, start.hub, api)
      const strayed = await start.hub.strayed()
      if (strayed !== null) return { findings: [strayedFinding(strayed)], seconds: null, how: '' }
      return { findings: [firstAnswer(hub, start.hub), ...answers], seconds, how: 'the hub answered' }
    } finally {
      await start.hub.stop()
    }
  } finally {
    await recovery.discard(restored)
  }
}

/** What the hub is started on; or that there is no room for it. */
async function laidOut(
  recovery: DrillContext['recovery'],
  data: RestoredData,
): Promise<RestoredHub | StartUp> {
  try {
    return await recovery.layOut(data)
  } catch (error) {
    if (!(error instanceof HubkeeperError) || error.code !== 'no-space') throw error
    const details = { subject, actual: error.message, advice: error.hint }
    return { findings: [finding('drill.start-up', 'unknown', details)], seconds: null, how: '' }
  }
}

/** What answered was not what was restored. */
const strayedFinding = (file: string): Finding =>
  finding('drill.start-up', 'critical', {
    subject,
    expected: 'nothing of the real hub',
    actual: `it opened the real hub’s ${file}, and was ended`,
    advice: 'let it take its database from recovery.start or recovery.environment alone',
  })

/** The first healthy answer; one of a hub that stays degraded is a warning, as in a health check. */
function firstAnswer({ recovery }: HubConfig, { health, seconds }: StartedHub): Finding {
  const degraded = health.verdict === 'degraded'
  return finding('drill.start-up', degraded ? 'warning' : 'ok', {
    subject,
    expected: 'a healthy answer',
    actual: seconds,
    evidence: [`${recovery?.health ?? 'it'} says ${health.verdict}`, ...health.reasons],
  })
}

/** Asks every endpoint of the hub where it runs for practice. */
async function askAll(
  { api }: HubConfig,
  { baseUrl }: StartedHub,
  client: DrillContext['api'],
): Promise<Finding[]> {
  if (api === undefined) {
    return [finding('drill.start-up', 'skipped', { subject: 'endpoints', actual: 'no api is configured' })]
  }
  const findings: Finding[] = []
  for (const endpoint of api.endpoints) {
    const asked = { ...api, baseUrl, followRedirects: false }
    const { availability, duration } = await askEndpoint(asked, endpoint, client)
    // Where it redirects to may be the real hub, which must not answer in its place.
    const led = /^HTTP 3\d\d to /.test(String(availability.actual)) && api.followRedirects
    const status: FindingStatus = led ? 'unknown' : availability.status
    const well = status === 'ok' && duration !== null
    findings.push(
      finding('drill.start-up', status, {
        subject: endpoint.path,
        expected: availability.expected,
        actual: well ? duration : availability.actual,
        evidence: [
          ...(well ? [String(availability.actual)] : []),
          ...availability.evidence,
          ...(led ? ['not followed: it may lead to the real hub'] : []),
          ...(duration === null || well ? [] : [`answered in ${formatDuration(duration * 1000)}`]),
        ],
      }),
    )
  }
  return findings
}
