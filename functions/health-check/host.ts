import {
  type Figure,
  type Finding,
  figure,
  finding,
  type HealthReading,
  type Host,
  type HubConfig,
  measured,
} from '@hubkeeper/core'

/** Services, disks and memory: of this machine, and as the hub tells of its own. */
export async function checkHost(
  hub: HubConfig,
  host: Host,
  health: HealthReading | null,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const services = await checkServices(hub, host)
  const disks = await checkDisks(hub, host, health)
  const memory = await checkMemory(hub, host, health)
  return {
    findings: [...services, ...disks.findings, ...memory.findings],
    figures: [...disks.figures, ...memory.figures],
  }
}

async function checkServices(hub: HubConfig, host: Host): Promise<Finding[]> {
  if (host.elsewhere !== null) {
    return [finding('services.running', 'skipped', { actual: host.elsewhere })]
  }
  if (hub.services.length === 0) {
    return [finding('services.running', 'skipped', { actual: 'no services are configured' })]
  }
  const findings: Finding[] = []
  for (const { name, process, pidFile, port, unit } of hub.services) {
    const probe = {
      ...(process === undefined ? {} : { process }),
      ...(pidFile === undefined ? {} : { pidFile }),
      ...(port === undefined ? {} : { port }),
      ...(unit === undefined ? {} : { unit }),
    }
    const { state, detail } = await host.service(probe)
    const status = { running: 'ok', stopped: 'critical', unknown: 'unknown' } as const
    findings.push(
      finding('services.running', status[state], { subject: name, expected: 'running', actual: detail }),
    )
  }
  return findings
}

interface Usage {
  readonly findings: Finding[]
  readonly figures: Figure[]
}

/** A percentage under a check, as a finding and as a figure. */
const usage = (
  check: 'disk.usage' | 'memory.usage',
  hub: HubConfig,
  subject: string,
  percent: number,
): Usage => ({
  findings: [measured(check, percent, hub.thresholds, { subject })],
  figures: [figure(check, percent, 'percent', subject)],
})

/** Neither this machine nor the hub's health answer tells. */
const notTold = (check: 'disk.usage' | 'memory.usage', why: string): Usage => ({
  findings: [finding(check, 'skipped', { actual: `${why}, and its health answer does not tell` })],
  figures: [],
})

const merge = (usages: readonly Usage[]): Usage => ({
  findings: usages.flatMap(({ findings }) => findings),
  figures: usages.flatMap(({ figures }) => figures),
})

async function checkDisks(hub: HubConfig, host: Host, health: HealthReading | null): Promise<Usage> {
  const disks = (await host.disks()).map(({ path, totalBytes, freeBytes }) =>
    usage('disk.usage', hub, path, totalBytes === 0 ? 0 : ((totalBytes - freeBytes) / totalBytes) * 100),
  )
  const told = health?.diskPercent ?? null
  if (host.elsewhere !== null && told === null) return notTold('disk.usage', host.elsewhere)
  return merge(told === null ? disks : [...disks, usage('disk.usage', hub, 'as the hub says', told)])
}

async function checkMemory(hub: HubConfig, host: Host, health: HealthReading | null): Promise<Usage> {
  const told = health?.memoryPercent ?? null
  if (host.elsewhere !== null) {
    return told === null
      ? notTold('memory.usage', host.elsewhere)
      : usage('memory.usage', hub, 'as the hub says', told)
  }
  const memory = await host.memory()
  const here =
    memory === null
      ? {
          findings: [finding('memory.usage', 'unknown', { actual: 'this machine does not tell' })],
          figures: [],
        }
      : usage(
          'memory.usage',
          hub,
          memory.source,
          ((memory.totalBytes - memory.availableBytes) / memory.totalBytes) * 100,
        )
  return merge(told === null ? [here] : [here, usage('memory.usage', hub, 'as the hub says', told)])
}
