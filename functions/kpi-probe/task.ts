import {
  checkApi,
  continuous,
  defineTask,
  type Figure,
  figure,
  mebibytes,
  minutes,
  punctualityFindings,
} from '@hubkeeper/core'
import * as z from 'zod'

/**
 * The pulse: whether the API answers, how fast, how many tasks are overdue, and that somebody looked.
 * It runs every minute, so it never touches the database and publishes no more than four figures.
 */
export const kpiProbe = defineTask({
  name: 'kpi-probe',
  title: 'KPI probe',
  summary: 'API availability and response time, overdue tasks, and a heartbeat',
  schedule: continuous(1),
  access: { api: 'probe', ledger: 'read' },
  limits: { memory: 256, timeout: minutes(1), scratch: mebibytes(512) },
  writes: false,
  input: z.strictObject({}),
  async run({ api, at, hub, ledger }) {
    const answers = await checkApi(hub, api)
    const punctuality = await ledger.punctuality(at)
    const overdue = punctuality.filter((task) => task.overdue > 0)
    return {
      findings: [...answers.findings, ...punctualityFindings(punctuality)],
      figures: [
        ...apiFigures(answers),
        figure('tasks.overdue', overdue.length, 'count'),
        figure('probe.heartbeat', 1, 'count'),
      ],
    }
  },
})

/** All endpoints as one: available when none is down, as slow as the slowest. */
function apiFigures({ figures, findings }: Awaited<ReturnType<typeof checkApi>>): Figure[] {
  const availability = findings.filter(
    ({ check, status }) => check === 'api.available' && status !== 'skipped',
  )
  if (availability.length === 0) return []
  const down = availability.some(({ status }) => status === 'critical')
  const slowest = Math.max(...figures.map(({ value }) => value))
  return [
    figure('api.available', down ? 0 : 1, 'count'),
    ...(figures.length === 0 ? [] : [figure('api.response-time', slowest, 'seconds')]),
  ]
}
