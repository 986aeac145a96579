import { type Access, needsAudit, needsEngine, needsReview } from '@hubkeeper/core'
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { LayerName } from './bundle/esbuild.ts'
import type { LayerFolders } from './bundle/layers.ts'

/** What every function runs on. */
export const runtime = Runtime.NODEJS_24_X

/** Graviton: a fifth cheaper for the same work. */
export const architecture = Architecture.ARM_64

/** The layers of the deployment. */
export type SharedLayers = Readonly<Record<LayerName, SharedLayer>>

interface SharedLayerProps {
  /** Folder in the layout that Lambda unpacks. */
  readonly folder: string
  readonly description: string
}

/** Code that functions share. */
export class SharedLayer extends LayerVersion {
  constructor(scope: Construct, id: string, { description, folder }: SharedLayerProps) {
    super(scope, id, {
      description,
      code: Code.fromAsset(folder),
      compatibleRuntimes: [runtime],
      compatibleArchitectures: [architecture],
    })
  }
}

/** Makes every layer, once. */
export const sharedLayers = (scope: Construct, folders: LayerFolders): SharedLayers => ({
  core: new SharedLayer(scope, 'CoreLayer', {
    folder: folders.core,
    description: 'Hubkeeper: tasks and runs',
  }),
  aws: new SharedLayer(scope, 'AwsLayer', { folder: folders.aws, description: 'Hubkeeper: drivers for AWS' }),
  sqlite: new SharedLayer(scope, 'SqliteLayer', {
    folder: folders.sqlite,
    description: 'Hubkeeper: the database engine',
  }),
  audit: new SharedLayer(scope, 'AuditLayer', {
    folder: folders.audit,
    description: 'Hubkeeper: packages, advisories and scanners understood',
  }),
  review: new SharedLayer(scope, 'ReviewLayer', {
    folder: folders.review,
    description: 'Hubkeeper: many runs compared, pages and charts',
  }),
})

/** The layers that a task with this access needs: the engine only where there is a database to open, and so on. */
export const layersFor = (
  access: Access,
  { audit, aws, core, review, sqlite }: SharedLayers,
): SharedLayer[] => [
  core,
  aws,
  ...(needsEngine(access) ? [sqlite] : []),
  ...(needsAudit(access) ? [audit] : []),
  ...(needsReview(access) ? [review] : []),
]
