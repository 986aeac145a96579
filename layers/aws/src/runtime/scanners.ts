import {
  type Deployment,
  type HubConfig,
  minutes,
  type ObjectStore,
  type ScanEnd,
  type ScannerRunner,
} from '@hubkeeper/core'

interface ScannersRequest {
  readonly hub: HubConfig & { readonly id: string }
  readonly store: ObjectStore
  readonly deployment: Deployment
  /** Id of the run. */
  readonly run: string
  /** When the function has to come to its end. */
  readonly deadline: Date
}

/** Time for everything else that an audit looks at, once the scans have ended, ms. */
const remainder = minutes(2)

/** Scanners of the deployment; their clients are loaded by the few functions that scan. */
export async function scannersOf(request: ScannersRequest): Promise<ScannerRunner> {
  const { deadline, deployment, hub, run, store } = request
  const { awsScanners } = await import('../scanners/runner.ts')
  const left = Math.max(0, deadline.getTime() - Date.now())
  const project = deployment.scannersProject
  return awsScanners({
    hub,
    store,
    run,
    until: new Date(deadline.getTime() - Math.min(remainder, left / 4)),
    builds: async () =>
      project === undefined ? null : (await import('../scanners/builds.ts')).codeBuilds(project),
    image: () => imageOf(hub),
  })
}

async function imageOf({ audit: { image } }: HubConfig): Promise<ScanEnd> {
  if (image?.ecr === undefined)
    return { state: 'not-configured', reason: 'audit.image.ecr is not configured' }
  const { ecrClient, imageScan } = await import('../scanners/image-scan.ts')
  return imageScan(ecrClient(), image.ecr)
}
