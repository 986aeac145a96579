import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'

/** How a build ends, in CodeBuild's words. */
export type BuildStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'

/** A build that was asked for. */
export interface StartedBuild {
  readonly id: string
  readonly project: string
  /** The variables that it was started with. */
  readonly variables: Readonly<Record<string, string>>
  readonly token: string
}

/** What stands behind the front. */
export interface BuildFrontOptions {
  /** Does what a build does. */
  readonly perform: (build: StartedBuild) => Promise<BuildStatus>
  /** Whether whoever signed a request may do that; all may by default. */
  readonly permits?: (accessKeyId: string, action: string, project: string) => boolean
}

/** CodeBuild's API for builds: moto takes no project without a source, and runs none. */
export interface BuildFront {
  readonly url: string
  readonly started: readonly StartedBuild[]
  stop(): Promise<void>
}

const startSchema = z.looseObject({
  projectName: z.string(),
  idempotencyToken: z.string(),
  environmentVariablesOverride: z.array(z.looseObject({ name: z.string(), value: z.string() })),
})

const followSchema = z.looseObject({ ids: z.array(z.string()) })

const callerOf = ({ headers: { authorization = '' } }: IncomingMessage): string =>
  /Credential=([^/]+)\//.exec(authorization)?.[1] ?? ''

/** Starts it on loopback. */
export async function startBuildFront({
  perform,
  permits = () => true,
}: BuildFrontOptions): Promise<BuildFront> {
  const started: StartedBuild[] = []
  const ends = new Map<string, BuildStatus>()
  const running: Promise<void>[] = []

  const start = (body: unknown): object => {
    const { environmentVariablesOverride, idempotencyToken, projectName } = startSchema.parse(body)
    const known = started.find(({ token }) => token === idempotencyToken)
    if (known !== undefined) return { build: { id: known.id, buildStatus: 'IN_PROGRESS' } }
    const build: StartedBuild = {
      id: `${projectName}:${randomUUID()}`,
      project: projectName,
      variables: Object.fromEntries(environmentVariablesOverride.map(({ name, value }) => [name, value])),
      token: idempotencyToken,
    }
    started.push(build)
    running.push(
      perform(build).then((status) => {
        ends.set(build.id, status)
      }),
    )
    return { build: { id: build.id, buildStatus: 'IN_PROGRESS' } }
  }

  const follow = (body: unknown): object => ({
    builds: followSchema.parse(body).ids.map((id) => {
      const buildStatus = ends.get(id) ?? 'IN_PROGRESS'
      const failed = buildStatus === 'FAILED' || buildStatus === 'TIMED_OUT'
      const message = `the build ${buildStatus === 'FAILED' ? 'failed' : 'took too long'}`
      return {
        id,
        buildStatus,
        phases: failed
          ? [{ phaseType: 'BUILD', phaseStatus: buildStatus, contexts: [{ statusCode: 'X', message }] }]
          : [],
      }
    }),
  })

  const projectOf = (body: unknown): string => {
    const asked = z
      .looseObject({ projectName: z.string().optional(), ids: z.array(z.string()).optional() })
      .parse(body)
    return asked.projectName ?? asked.ids?.[0]?.split(':')[0] ?? ''
  }

  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'])
    const action = target.slice(target.lastIndexOf('.') + 1)
    const body: unknown = JSON.parse(await text(request))
    const answer = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value))
    }
    if (!permits(callerOf(request), action, projectOf(body))) {
      return answer(400, { __type: 'AccessDeniedException', message: `not authorized to perform ${action}` })
    }
    answer(200, action === 'StartBuild' ? start(body) : follow(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    started,
    async stop() {
      await Promise.allSettled(running)
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
