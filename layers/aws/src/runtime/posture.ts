import type { S3Client } from '@aws-sdk/client-s3'
import type { Deployment, HubConfig, PostureInspector } from '@hubkeeper/core'

interface PostureRequest {
  readonly hub: HubConfig & { readonly id: string }
  readonly s3: S3Client
  readonly deployment: Deployment
}

/** How the deployment is closed to others; its clients are loaded by the few functions that look. */
export async function postureOf({ deployment, hub, s3 }: PostureRequest): Promise<PostureInspector> {
  const { awsPosture } = await import('../posture/inspector.ts')
  const secrets = async () => (await import('../posture/credentials.ts')).secretClients()
  return awsPosture({ s3, buckets: deployment, hub, secrets })
}
