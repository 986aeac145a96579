import { statSync } from 'node:fs'
import { requestOf, type ServiceProbe } from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import { hubFiles, localHost, logFiles } from '@hubkeeper/local'
import type { ConfiguredHub } from '../config.ts'
import { type DoctorCheck, fine, skipped, trouble } from './check.ts'
import { checkControl } from './control.ts'
import { checkDatabaseFile, checkDirectories, checkUnkept } from './files.ts'

/** Everything about one hub: configured, reachable, writable, missing; and whether it is scheduled. */
export async function examineHub(
  configured: ConfiguredHub,
  kept: ReadonlySet<string>,
  schedule: DoctorCheck,
): Promise<DoctorCheck[]> {
  const { root } = configured
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    return [trouble('directory', 'critical', `${root} is not a directory`, 'correct root in hubkeeper.json')]
  }
  return [
    fine('directory', root),
    ...(await checkDatabaseFile(configured)),
    ...(await checkDirectories(configured)),
    ...(await checkApi(configured)),
    ...(await checkLogs(configured)),
    ...(await checkPatterns(configured)),
    ...(await checkServices(configured)),
    ...(await checkControl(configured)),
    await checkUnkept(configured, kept),
    schedule,
  ]
}

async function checkApi({ hub }: ConfiguredHub): Promise<DoctorCheck[]> {
  if (hub.api === undefined) return [skipped('api', 'none configured')]
  const { baseUrl } = hub.api
  const path = hub.api.endpoints[0]?.path ?? '/'
  const answer = await httpHub().get(requestOf(hub.api, path))
  if (answer.kind !== 'answer') {
    return [
      trouble('api', 'warning', answer.detail, 'start the hub, or correct api.baseUrl in hubkeeper.json'),
    ]
  }
  const detail = `${baseUrl} answers ${path} with HTTP ${answer.status}`
  if (answer.status < 400) return [fine('api', detail)]
  return [trouble('api', 'warning', detail, 'correct the paths of api.endpoints in hubkeeper.json')]
}

async function checkLogs({ hub, root }: ConfiguredHub): Promise<DoctorCheck[]> {
  if (hub.logs === undefined) return [skipped('logs', 'none configured')]
  const files = await logFiles({ root, patterns: hub.logs.files }).files()
  if (files.length > 0) return [fine('logs', files.map(({ key }) => key).join(', '))]
  return [
    trouble(
      'logs',
      'warning',
      `no file matches ${hub.logs.files.join(', ')}`,
      'correct logs.files in hubkeeper.json',
    ),
  ]
}

async function checkPatterns({ hub, root }: ConfiguredHub): Promise<DoctorCheck[]> {
  const wanted = [
    ...(hub.searchIndex?.files ?? []).map((pattern) => ['search index', pattern] as const),
    ...hub.requirements.map((path) => ['requirements', path] as const),
  ]
  const checks: DoctorCheck[] = []
  for (const [name, pattern] of wanted) {
    const files = await hubFiles({ root }).match([pattern])
    checks.push(
      files.length > 0
        ? fine(name, `${pattern}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`)
        : trouble(name, 'warning', `no file matches ${pattern}`, 'correct the path in hubkeeper.json'),
    )
  }
  return checks
}

async function checkServices({ hub, root }: ConfiguredHub): Promise<DoctorCheck[]> {
  const host = localHost({ root, paths: [root] })
  const checks: DoctorCheck[] = []
  for (const { name, ...rest } of hub.services) {
    const probe: ServiceProbe = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    )
    const { detail, state } = await host.service(probe)
    checks.push(
      state === 'running'
        ? fine(`service ${name}`, detail)
        : trouble(
            `service ${name}`,
            state === 'unknown' ? 'unknown' : 'warning',
            detail,
            'start it, or correct services',
          ),
    )
  }
  return checks
}
