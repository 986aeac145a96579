import {
  countLevels,
  type Figure,
  type Finding,
  figure,
  finding,
  findWindowStart,
  type HubConfig,
  hours,
  type LogFile,
  type LogSource,
  measured,
  messageOf,
} from '@hubkeeper/core'

/** Errors of the last 24 hours by level and true time, per log. */
export async function checkLogs(
  hub: HubConfig,
  logs: LogSource,
  at: Date,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  if (hub.logs === undefined) {
    return {
      findings: [finding('logs.errors', 'skipped', { actual: 'no logs are configured' })],
      figures: [],
    }
  }
  const from = new Date(at.getTime() - hours(24))
  // What was last written before the window has nothing in it.
  const files = (await logs.files()).filter(({ modifiedAt }) => modifiedAt >= from)
  if (files.length === 0) {
    const actual = `no log that ${hub.logs.files.join(', ')} match was written in 24 hours`
    return { findings: [finding('logs.errors', 'unknown', { expected: 'a log', actual })], figures: [] }
  }
  const findings: Finding[] = []
  const figures: Figure[] = []
  for (const file of files) {
    const counted = await checkLog(hub, logs, file, { from, to: at })
    findings.push(...counted.findings)
    figures.push(...counted.figures)
  }
  return { findings, figures }
}

async function checkLog(
  hub: HubConfig,
  logs: LogSource,
  file: LogFile,
  window: { from: Date; to: Date },
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = file.key
  const unreadable = (actual: string) => ({
    findings: [finding('logs.errors', 'unknown', { subject, expected: 'a readable log', actual })],
    figures: [],
  })
  try {
    const timeZone = hub.logs?.timeZone ?? hub.timeZone
    const start = await findWindowStart(logs, file, { from: window.from, timeZone })
    const counts = await countLevels(logs.read(file.key, start), { ...window, timeZone })
    if (counts.binary) return unreadable('it is binary')
    return {
      findings: [
        measured('logs.errors', counts.error, hub.thresholds, { subject, evidence: counts.samples.error }),
        measured('logs.critical', counts.critical, hub.thresholds, {
          subject,
          evidence: counts.samples.critical,
        }),
      ],
      figures: [
        figure('logs.errors', counts.error, 'lines', subject),
        figure('logs.critical', counts.critical, 'lines', subject),
      ],
    }
  } catch (error) {
    return unreadable(messageOf(error))
  }
}
