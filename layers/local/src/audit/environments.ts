import { open } from 'node:fs/promises'
import {
  codeOf,
  type HubConfig,
  ioError,
  probeOf,
  readTexts,
  type SearchedText,
  type UnsearchedText,
} from '@hubkeeper/core'
import { processesOf } from '../host/processes.ts'

type Service = HubConfig['services'][number]

/**
 * The environment of the processes of each service as they were started with it, as `/proc` tells (proc(5)); one
 * text for a service, whatever its processes. Lines within a value are joined by `\n`.
 */
export async function* serviceEnvironments(
  services: readonly Service[],
): AsyncGenerator<SearchedText | UnsearchedText> {
  for (const service of services) {
    const { name } = service
    const unread = (reason: string): UnsearchedText => ({
      state: 'unread',
      place: name,
      kind: 'environment',
      reason,
    })
    if (service.port !== undefined) {
      yield unread('a port does not tell which process it is: name its process, pidFile or unit')
      continue
    }
    const processes = await processesOf(probeOf(service))
    if (processes === null) yield unread('this machine has no ps')
    else if (processes.length === 0) yield unread('it does not run')
    else {
      const lines = new Set<string>()
      const reasons = new Set<string>()
      for (const { pid } of processes) {
        const environment = await environmentOf(pid)
        if (typeof environment === 'string') reasons.add(environment)
        else for (const line of environment ?? []) lines.add(line)
      }
      const chunks = bytesOf([...lines].join('\n'))
      yield* readTexts({ place: name, kind: 'environment', chunks })
      for (const reason of reasons) yield unread(reason)
    }
  }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

/** Variables of a process; why they cannot be read, in words; null for one that is gone. */
async function environmentOf(pid: number): Promise<readonly string[] | string | null> {
  const path = `/proc/${pid}/environ`
  try {
    await using file = await open(path)
    const text = await file.readFile('utf8')
    return text
      .split('\0')
      .filter((variable) => variable !== '')
      .map((variable) => variable.replace(/\r?\n/g, '\\n'))
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return null
    if (codeOf(error) === 'ENOENT') return process.platform === 'linux' ? null : 'this machine has no /proc'
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return 'its processes are of another user'
    return ioError(error, path, 'cannot read').message
  }
}
