import {
  checkDisks,
  checkMemory,
  type Figure,
  type Finding,
  finding,
  type HealthReading,
  type Host,
  type HubConfig,
  probeOf,
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
  for (const service of hub.services) {
    const { state, detail } = await host.service(probeOf(service))
    const status = { running: 'ok', stopped: 'critical', unknown: 'unknown' } as const
    findings.push(
      finding('services.running', status[state], {
        subject: service.name,
        expected: 'running',
        actual: detail,
      }),
    )
  }
  return findings
}
