import { BatchGetBuildsCommand, CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild'
import { HubkeeperError } from '@hubkeeper/core'
import { type ClientOptions, patience } from '../clients.ts'
import { serviceError } from '../service-error.ts'
import { orderVariable, type ScanOrder } from './order.ts'

/** How a build goes. */
export interface BuildState {
  /** As CodeBuild says, such as `IN_PROGRESS` or `SUCCEEDED`. */
  readonly status: string
  /** What it says of the phases that failed. */
  readonly told: readonly string[]
}

/** Builds of one project. */
export interface Builds {
  /** Starts one; twice with one token is once. Gives its id. @throws HubkeeperError */
  start(order: ScanOrder, token: string): Promise<string>
  /** @throws HubkeeperError */
  stateOf(build: string): Promise<BuildState>
}

/** Builds of a CodeBuild project; in a file of its own, since few functions load it. */
export function codeBuilds(project: string, options: ClientOptions = {}): Builds {
  const client = new CodeBuildClient({ ...patience, ...options })
  return {
    async start(order, token) {
      try {
        const { build } = await client.send(
          new StartBuildCommand({
            projectName: project,
            idempotencyToken: token,
            environmentVariablesOverride: [{ name: orderVariable, value: JSON.stringify(order) }],
          }),
        )
        if (build?.id !== undefined) return build.id
      } catch (error) {
        throw serviceError(error, `cannot start a build of ${project}`)
      }
      throw unnamed(project)
    },

    async stateOf(build) {
      try {
        const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids: [build] }))
        const [found] = builds
        const told = (found?.phases ?? []).flatMap(({ contexts = [], phaseStatus, phaseType }) =>
          phaseStatus === undefined || phaseStatus === 'SUCCEEDED'
            ? []
            : [`${phaseType}: ${contexts.map(({ message }) => message).join('; ') || phaseStatus}`],
        )
        // Right after its start it need not be known everywhere.
        return { status: found?.buildStatus ?? 'IN_PROGRESS', told }
      } catch (error) {
        throw serviceError(error, `cannot follow the build ${build}`)
      }
    },
  }
}

const unnamed = (project: string): HubkeeperError =>
  new HubkeeperError('io', `CodeBuild started a build of ${project} without an id`, {
    hint: 'run it again; when it stays, see the AWS health dashboard for CodeBuild',
  })
