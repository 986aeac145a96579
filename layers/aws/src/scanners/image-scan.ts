import {
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsCommandOutput,
  ECRClient,
} from '@aws-sdk/client-ecr'
import { type HubConfig, messageOf, onOneLine, type ScanEnd } from '@hubkeeper/core'
import { type ClientOptions, patience } from '../clients.ts'
import { answerOf } from '../s3/errors.ts'
import { failed } from './results.ts'

/** Pages that are read, of a thousand findings each. */
const mostPages = 20

type EcrImage = NonNullable<NonNullable<HubConfig['audit']['image']>['ecr']>

/** A client for images. */
export const ecrClient = (options: ClientOptions = {}): ECRClient =>
  new ECRClient({ ...patience, ...options })

/** What ECR itself found in an image: the pages of its answer, as a list. Never throws for what ECR does. */
export async function imageScan(client: ECRClient, { repository, tag }: EcrImage): Promise<ScanEnd> {
  const started = performance.now()
  const pages: Omit<DescribeImageScanFindingsCommandOutput, '$metadata'>[] = []
  let nextToken: string | undefined
  try {
    do {
      const { $metadata: _, ...page } = await client.send(
        new DescribeImageScanFindingsCommand({
          repositoryName: repository,
          imageId: { imageTag: tag },
          maxResults: 1000,
          nextToken,
        }),
      )
      pages.push(page)
      nextToken = page.nextToken
    } while (nextToken !== undefined && pages.length < mostPages)
  } catch (error) {
    return failed(reasonFor(error, `${repository}:${tag}`))
  }
  const { imageScanCompletedAt, vulnerabilitySourceUpdatedAt } = pages[0]?.imageScanFindings ?? {}
  return {
    state: 'done',
    version: null,
    builtAt: null,
    // Enhanced scanning has no other date: it compares anew whatever becomes known.
    databaseAt: vulnerabilitySourceUpdatedAt ?? imageScanCompletedAt ?? null,
    output: JSON.stringify(pages),
    seconds: (performance.now() - started) / 1000,
  }
}

/** One sentence: an image that was never scanned has no findings, and is not clean. */
function reasonFor(error: unknown, image: string): string {
  switch (answerOf(error).name) {
    case 'ScanNotFoundException':
      return `ECR has not scanned ${image}: turn scanning on for its repository`
    case 'ImageNotFoundException':
    case 'RepositoryNotFoundException':
      return `ECR has no ${image}`
    case 'AccessDeniedException':
      return `ECR may not be asked for ${image}: the role lacks ecr:DescribeImageScanFindings`
    default:
      return onOneLine(`ECR did not answer for ${image}: ${messageOf(error)}`)
  }
}
