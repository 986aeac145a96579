import type { HubConfig } from './config/schema.ts'
import type { LedgerHolder, LedgerReader, LedgerReviewer } from './ledger/levels.ts'
import type { AdvisorySource, ReleaseIndex } from './ports/advisories.ts'
import type { ReportArchive } from './ports/archive.ts'
import type { BackupPruner, BackupReader, BackupWriter } from './ports/backups.ts'
import type { HubControl } from './ports/control.ts'
import type { DatabaseMaintainer, DatabaseReader, DatabaseRestorer } from './ports/database.ts'
import type { DocumentationBuilder } from './ports/documentation.ts'
import type { DetectorDrill } from './ports/drill.ts'
import type { EndpointInspector } from './ports/endpoints.ts'
import type { HubCleaner, HubFileCopier, HubFileRestorer, HubFiles } from './ports/files.ts'
import type { Host } from './ports/host.ts'
import type { HubClient, HubReindexer } from './ports/hub.ts'
import type { IndexWriter } from './ports/indexes.ts'
import type { LogRotator, LogSource } from './ports/logs.ts'
import type { TaskMemory } from './ports/memory.ts'
import type { MetricsReader } from './ports/metrics.ts'
import type { PackageReader, PackageUpdater } from './ports/packages.ts'
import type { PostureInspector } from './ports/posture.ts'
import type { HubStarter } from './ports/recovery.ts'
import type { ScannerRunner } from './ports/scanners.ts'
import type { SecretTexts } from './ports/secrets.ts'
import type { TaskRunner } from './ports/task-runner.ts'

/** What each level of access hands to a task. The levels of one row never overlap by accident. */
export interface Ports {
  readonly database: {
    readonly read: DatabaseReader
    readonly maintain: DatabaseMaintainer
    readonly restore: DatabaseRestorer
  }
  readonly backups: {
    readonly read: BackupReader
    readonly write: BackupWriter
    readonly prune: BackupPruner
  }
  readonly api: { readonly probe: HubClient; readonly reindex: HubReindexer }
  readonly host: { readonly read: Host }
  readonly logs: { readonly read: LogSource; readonly rotate: LogRotator }
  readonly files: {
    readonly read: HubFiles
    readonly clean: HubCleaner
    readonly copy: HubFileCopier
    readonly restore: HubFileRestorer
  }
  readonly control: { readonly use: HubControl }
  readonly tasks: { readonly run: TaskRunner }
  readonly metrics: { readonly read: MetricsReader }
  readonly ledger: {
    readonly read: LedgerReader
    readonly hold: LedgerHolder
    readonly review: LedgerReviewer
  }
  readonly recovery: { readonly start: HubStarter }
  readonly drill: { readonly detectors: DetectorDrill }
  readonly reports: { readonly read: ReportArchive }
  readonly indexes: { readonly write: IndexWriter }
  readonly packages: { readonly read: PackageReader; readonly update: PackageUpdater }
  readonly advisories: { readonly query: AdvisorySource }
  readonly releases: { readonly read: ReleaseIndex }
  readonly scanners: { readonly run: ScannerRunner }
  readonly posture: { readonly inspect: PostureInspector }
  readonly secrets: { readonly search: SecretTexts }
  readonly endpoints: { readonly inspect: EndpointInspector }
  readonly documentation: { readonly build: DocumentationBuilder }
  readonly memory: { readonly keep: TaskMemory }
}

/** What a task may touch: it is granted that on AWS, and receives that as its context. */
export type Access = { readonly [P in keyof Ports]?: keyof Ports[P] }

/** Whether an access takes the engine: there is a database file to open. */
export const needsEngine = ({ backups, database, drill }: Access): boolean =>
  database !== undefined || backups !== undefined || drill !== undefined

/** Whether an access is that of an audit: it looks at packages, code, secrets, or how things are reached. */
export const needsAudit = ({
  advisories,
  endpoints,
  packages,
  posture,
  releases,
  scanners,
  secrets,
}: Access): boolean =>
  [advisories, endpoints, packages, posture, releases, scanners, secrets].some((level) => level !== undefined)

/** Whether an access is that of a review: it looks at many runs, and makes pages of them. */
export const needsReview = ({ reports }: Access): boolean => reports !== undefined

/** Tells people what is going on; reports are made of findings, not of this. */
export interface Progress {
  /** A step begins. */
  step(text: string): void
}

/** What every task receives, whatever its access. */
export interface BaseContext {
  readonly hub: HubConfig & { readonly id: string }
  /** ULID of this run. */
  readonly run: string
  /** What is equal for every delivery of one request: another attempt goes on where this one stopped. */
  readonly slot: string
  /** The scheduled time it runs for; null by hand. */
  readonly scheduledFor: Date | null
  /** The moment that windows and ages count from; now unless the run pretends another. */
  readonly at: Date
  /** The clock, whatever moment the run pretends. */
  readonly now: () => Date
  /** Nothing may be changed: say what would be. */
  readonly dryRun: boolean
  /**
   * Why nothing may be deleted now, in words, though other changes may be made: the run pretends another
   * moment, or the clock went back. Null where it may.
   */
  readonly deletionRefused: string | null
  readonly progress: Progress
}

/** The ports that `A` declares, and no others. */
export type PortsOf<A extends Access> = {
  readonly [P in keyof A & keyof Ports]: Ports[P][A[P] & keyof Ports[P]]
}

/** The context of a task with access `A`. */
export type Context<A extends Access> = BaseContext & PortsOf<A>

/** Hands out the ports for an access; restricted to it. */
export type Connect = (access: Access) => Promise<Partial<PortsOf<Required<Access>>>>

/**
 * Whether `ports` holds everything that `access` declares. The compiler takes the answer for the
 * type, so this is checked for real, once per run.
 */
export const hasAccess = <A extends Access>(access: A, ports: object): ports is PortsOf<A> =>
  Object.keys(access).every((port) => Object.hasOwn(ports, port))
