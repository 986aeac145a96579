import { setTimeout } from 'node:timers/promises'
import {
  type HubConfig,
  messageOf,
  type ObjectStore,
  onOneLine,
  type ScanEnd,
  type ScannerRunner,
  seconds,
} from '@hubkeeper/core'
import type { BuildState, Builds } from './builds.ts'
import { type BuiltScanner, notConfigured, orderFor } from './order.ts'
import { failed, resultOf } from './results.ts'

/** See {@link awsScanners}. */
export interface AwsScannersOptions {
  readonly hub: HubConfig & { readonly id: string }
  /** The hub's own objects; its scans are read. */
  readonly store: Pick<ObjectStore, 'get' | 'head'>
  /** Null where no project for scanners is deployed. */
  readonly builds: () => Promise<Builds | null>
  /** What ECR found in the hub's image. */
  readonly image: () => Promise<ScanEnd>
  /** Id of the run: a request that is sent again starts no second build. */
  readonly run: string
  /** Until when a build is waited for. */
  readonly until: Date
  /**
   * Between the first two looks at it, ms; later ones are further apart.
   *
   * @default 1 second
   */
  readonly pause?: number
}

/** A build takes minutes: looking more often tells nothing sooner, ms. */
const longestPause = seconds(10)

/** How one build ended, or why there is none. */
type Built =
  | { readonly state: 'none'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'started'; readonly id: string; readonly how: BuildState; readonly late: boolean }

/**
 * Scanners on AWS. One build runs all of them that come as programs: the first that is asked for starts it,
 * and each takes its part of what it left. ECR is asked for what it knows.
 */
export function awsScanners(options: AwsScannersOptions): ScannerRunner {
  const { hub, image, store } = options
  let running: Promise<Built> | null = null
  const built = (): Promise<Built> => {
    running ??= build(options)
    return running
  }
  return {
    async run(scanner) {
      const reason = notConfigured(scanner, hub)
      if (reason !== null) return { state: 'not-configured', reason }
      return scanner === 'ecr' ? image() : partOf(await built(), store, scanner)
    },
  }
}

/** Starts a build and waits for its end; never throws for what CodeBuild does. */
async function build({
  builds,
  hub,
  pause: first = seconds(1),
  run,
  until,
}: AwsScannersOptions): Promise<Built> {
  try {
    const project = await builds()
    if (project === null) {
      const reason = 'no build for scanners is deployed: npx cdk deploy --all'
      return { state: 'none', reason }
    }
    const id = await project.start(orderFor(hub), run)
    for (let pause = first; ; pause = Math.min(pause * 1.5, longestPause)) {
      const how = await project.stateOf(id)
      if (how.status !== 'IN_PROGRESS') return { state: 'started', id, how, late: false }
      if (Date.now() + pause >= until.getTime()) return { state: 'started', id, how, late: true }
      await setTimeout(pause)
    }
  } catch (error) {
    return { state: 'failed', reason: onOneLine(messageOf(error)) }
  }
}

/** What came of one scanner: it may have ended well in a build that did not. */
async function partOf(
  built: Built,
  store: AwsScannersOptions['store'],
  scanner: BuiltScanner,
): Promise<ScanEnd> {
  if (built.state === 'none') return { state: 'missing', reason: built.reason }
  if (built.state === 'failed') return failed(built.reason)
  const { how, id, late } = built
  try {
    const result = await resultOf(store, id, scanner)
    if (result !== null) return result
  } catch (error) {
    return failed(`what it found cannot be read: ${onOneLine(messageOf(error))}`)
  }
  const reason = late
    ? `the build ${id} was not done in time; what it finds later is seen by nobody`
    : `the build ${id} ended as ${how.status}, and left nothing of it`
  return failed(reason, how.told)
}
