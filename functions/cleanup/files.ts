import {
  type CleanupCandidate,
  type CleanupCandidates,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  formatDuration,
  hours,
} from '@hubkeeper/core'
import { type CleanupContext, type Deleted, hasFailed, lineOf, whyNothing } from './context.ts'

/** One kind of files that are cleaned up. */
export interface Kind {
  readonly name: 'temporaries' | 'caches'
  readonly patterns: readonly string[]
  /** Younger files are left alone, ms. */
  readonly minAge: number
  /** Whether virtual environments and the like are looked into. */
  readonly environments: boolean
}

/** What is cleaned up, as configured. */
export const kindsOf = ({ hub: { cleanup } }: Pick<CleanupContext, 'hub'>): readonly Kind[] => [
  {
    name: 'temporaries',
    patterns: cleanup.temporaries,
    minAge: hours(cleanup.temporariesHours),
    environments: false,
  },
  { name: 'caches', patterns: cleanup.caches, minAge: 0, environments: true },
]

/** Everything of one kind, and which of it goes. */
export interface FilePlan {
  readonly kind: Kind
  readonly found: CleanupCandidates
  readonly planned: readonly CleanupCandidate[]
  /** How many files are left for being too young. */
  readonly young: number
}

/** Files that a report names one by one once they are gone; a dry run names them all. */
const maxLines = 500

/** Looks at every file of a kind; deletes nothing. */
export async function planFiles({ at, files }: CleanupContext, kind: Kind): Promise<FilePlan> {
  const found = await files.candidates(kind.patterns, kind)
  const free = found.files.filter(({ protectedAs }) => protectedAs === null)
  const planned = free.filter(({ modifiedAt }) => at.getTime() - modifiedAt.getTime() >= kind.minAge)
  return { kind, found, planned, young: free.length - planned.length }
}

/** Deletes what the plan said of one kind, and nothing else. */
export async function cleanUp(
  context: CleanupContext,
  plan: FilePlan,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const { kind, planned } = plan
  const why = whyNothing(context)
  const before = figuresOf(kind, plan.found.files, '')
  if (why !== null) {
    const actual = `${why}; ${amount(planned)} to delete`
    const evidence = [
      ...planned.map((file) => `delete ${file.key}: ${describe(file, context.at)}`),
      ...notesOf(plan),
    ]
    return { findings: [applied(kind, 'skipped', { actual, evidence })], figures: before }
  }
  const { deleted, notes } = await deleteAll(context, plan)
  const freed = deleted.filter(({ outcome }) => outcome.state === 'deleted').map(({ of }) => of)
  const { files } = await context.files.candidates(kind.patterns, kind)
  const lines = deleted
    .toSorted((a, b) => Number(b.outcome.state === 'failed') - Number(a.outcome.state === 'failed'))
    .map(({ of, outcome }) => lineOf(of.key, outcome, describe(of, context.at)))
  const more = lines.length - maxLines
  const evidence = [
    ...lines.slice(0, maxLines),
    ...(more > 0 ? [`and ${more} more files`] : []),
    ...notes,
    ...notesOf(plan),
  ]
  return {
    findings: [applied(kind, hasFailed(deleted) ? 'warning' : 'ok', { actual: sizeOf(freed), evidence })],
    figures: [...before, ...figuresOf(kind, files, '-after')],
  }
}

/** The finding where the hub's files are out of reach. */
export const notHere = (kind: Kind, elsewhere: string): Finding =>
  applied(kind, 'skipped', { actual: elsewhere })

const applied = (kind: Kind, status: Finding['status'], details: Parameters<typeof finding>[2]): Finding =>
  finding('cleanup.applied', status, { ...details, subject: kind.name })

async function deleteAll(
  { files, progress }: CleanupContext,
  { kind, planned }: FilePlan,
): Promise<{ deleted: Deleted<CleanupCandidate>[]; notes: string[] }> {
  if (planned.length > 0) progress.step(`Deleting ${kind.name}: ${amount(planned)}`)
  const open = planned.length > 0 ? await files.open() : new Set<string>()
  const deleted: Deleted<CleanupCandidate>[] = []
  for (const file of planned) {
    const outcome = open?.has(file.key)
      ? ({ state: 'kept', reason: 'a process has it open' } as const)
      : await files.delete(file)
    deleted.push({ of: file, outcome })
  }
  const removed = kind.name === 'caches' ? await files.removeEmptyDirectories(kind.patterns) : 0
  return {
    deleted,
    notes: [
      ...(removed > 0 ? [`removed ${removed} empty ${removed === 1 ? 'directory' : 'directories'}`] : []),
      ...(open === null ? ['this machine does not tell which files are open: none was kept for that'] : []),
    ],
  }
}

/** What was left alone although a glob matches it, and what could not be looked at. */
function notesOf({ found, kind, young }: FilePlan): string[] {
  const guarded = found.files.filter(({ protectedAs }) => protectedAs !== null)
  return [
    ...guarded.map(({ key, protectedAs }) => `kept ${key}: ${protectedAs}`),
    ...(young > 0 ? [`kept ${young} younger than ${formatDuration(kind.minAge)}`] : []),
    ...found.closed.map((folder) => `not looked into ${folder}: closed to this user`),
  ]
}

const sizeOf = (files: readonly CleanupCandidate[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0)

const amount = (files: readonly CleanupCandidate[]): string =>
  `${files.length} ${files.length === 1 ? 'file' : 'files'} (${formatBytes(sizeOf(files))})`

const describe = ({ bytes, modifiedAt }: CleanupCandidate, at: Date): string =>
  `${formatBytes(bytes)}, ${formatDuration(Math.max(0, at.getTime() - modifiedAt.getTime()))} old`

const figuresOf = ({ name }: Kind, files: readonly CleanupCandidate[], suffix: '' | '-after'): Figure[] => [
  figure(`cleanup.files${suffix}`, files.length, 'count', name),
  figure(`cleanup.size${suffix}`, sizeOf(files), 'bytes', name),
]
