import {
  type CopiedFile,
  copyKeptFiles,
  type FilePlan,
  type Finding,
  finding,
  type HubFile,
  HubkeeperError,
  type KeptFiles,
  keptFiles,
  type PlannedFile,
  PreconditionFailedError,
  planFileRestore,
  type RestoredFile,
  toWrite,
} from '@hubkeeper/core'
import type { Chosen, RestoreContext } from './context.ts'

/** Files of a backup, and those of the hub as they are. */
export interface FilesBeside {
  readonly plan: FilePlan
  readonly now: KeptFiles
}

type FilesContext = Pick<RestoreContext, 'files' | 'hub' | 'progress'>

/** Looks at the hub's files beside those of a backup. @throws HubkeeperError */
export async function lookAtFiles(context: FilesContext, { backup }: Chosen): Promise<FilesBeside> {
  const now = await copyKeptFiles(context)
  const { hub } = context
  const plan = planFileRestore(backup.manifest.files, now, { patterns: keptFiles(hub), places: hub })
  return { plan: await withObstacles(context, plan), now }
}

/** The plan without what cannot be put back as something else has its name by now, such as a directory. */
async function withObstacles({ files }: FilesContext, plan: FilePlan): Promise<FilePlan> {
  const refused = [...plan.refused]
  const planned: PlannedFile[] = []
  for (const each of plan.planned) {
    const there = each.state === 'missing' ? await copyNow(files, each.file.key) : null
    if (there instanceof HubkeeperError)
      refused.push({ file: each.file, reason: there.message, wanted: true })
    else planned.push(each)
  }
  return { ...plan, planned, refused }
}

/** @throws PreconditionFailedError when a file that is to be replaced was written since it was copied */
export async function refuseChangedFiles(
  { files, hub }: FilesContext,
  { now, plan }: FilesBeside,
): Promise<void> {
  const there = new Map((await files.candidates(keptFiles(hub))).files.map((file) => [file.key, file]))
  const copies = new Map(now.files.map((file) => [file.key, file]))
  for (const { file } of toWrite(plan)) {
    const [before, after] = [copies.get(file.key), there.get(file.key)]
    const same = before === undefined || after === undefined ? before === after : isAsCopied(after, before)
    if (!same) throw new PreconditionFailedError(file.key, 'that it is as it was looked at')
  }
}

/** By size and time to the second, as coarse as some stores tell it: the bytes are compared when it is replaced. */
const isAsCopied = (now: HubFile, copy: CopiedFile): boolean =>
  now.bytes === copy.bytes &&
  Math.floor(now.modifiedAt.getTime() / 1000) === Math.floor(Date.parse(copy.modifiedAt) / 1000)

/** What became of the files. */
export interface FilesPutBack {
  readonly findings: readonly Finding[]
  /** What kept it from the rest of them; null when all are there. */
  readonly failure: HubkeeperError | null
  /** How many are there. */
  readonly written: number
  /** Keys of the rest. */
  readonly left: readonly string[]
}

/** Puts the files back, one after the other, until one cannot be; then reads each again. */
export async function putBack(
  { files, progress }: FilesContext,
  plan: FilePlan,
  copies: readonly RestoredFile[],
): Promise<FilesPutBack> {
  const wanted = toWrite(plan)
  const copyOf = new Map(copies.map((copy) => [copy.key, copy]))
  const written: PlannedFile[] = []
  let failure: HubkeeperError | null = null
  for (const [i, planned] of wanted.entries()) {
    const { key, mode } = planned.file
    const copy = copyOf.get(key)
    if (copy === undefined) throw new TypeError(`${key} was not read back`)
    progress.step(`Putting back file ${i + 1} of ${wanted.length}: ${key}`)
    try {
      await files.replace(key, copy.path, { expected: planned.now, mode })
      written.push(planned)
    } catch (error) {
      if (!(error instanceof HubkeeperError)) throw error
      failure = error
      break
    }
  }
  const proven: Finding[] = []
  // One at a time: there may be more of them than a process may have open.
  for (const planned of written) proven.push(await proveFile(files, planned))
  const left = wanted.slice(written.length).map(({ file: { key } }) => key)
  const missed = failure === null ? [] : left.map((key, i) => missedFinding(key, i === 0 ? failure : null))
  const findings = [...shortened(proven), ...shortened(missed), ...standing(plan)]
  return { findings, failure, written: written.length, left }
}

/** So many files with the same fate are named one by one. */
const named = 50

/** Findings of files; of many with the same fate the first ones, and how many more there are. */
function shortened(findings: readonly Finding[]): Finding[] {
  const fates = Map.groupBy(findings, ({ actual, status }) => `${status} ${actual}`)
  return [...fates.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined || same.length <= named) return same
    const { actual, expected, status } = first
    const more = (same.length - named).toLocaleString('en')
    const rest = finding('files.restored', status, { subject: `${more} more files`, expected, actual })
    return [...same.slice(0, named), rest]
  })
}

/** A file that was not put back for `failure`; or not tried, where another one failed before. */
const missedFinding = (key: string, failure: HubkeeperError | null): Finding =>
  finding('files.restored', 'critical', {
    subject: key,
    expected: 'as in the backup',
    actual: `not put back: ${failure === null ? 'it was not tried any more' : failure.message}`,
  })

/** The file as it is; or why that is not known: it is in its place all the same. */
async function copyNow(
  files: RestoreContext['files'],
  key: string,
): Promise<CopiedFile | HubkeeperError | null> {
  try {
    return await files.copy(key)
  } catch (error) {
    if (error instanceof HubkeeperError) return error
    throw error
  }
}

async function proveFile(files: RestoreContext['files'], { file, state }: PlannedFile): Promise<Finding> {
  const expected = 'as in the backup'
  const there = await copyNow(files, file.key)
  if (there instanceof HubkeeperError) {
    const actual = `put back, and not read again: ${there.message}`
    return finding('files.restored', 'unknown', { subject: file.key, expected, actual })
  }
  const equal = there?.sha256 === file.sha256
  return finding('files.restored', equal ? 'ok' : 'critical', {
    subject: file.key,
    expected,
    actual: equal
      ? state === 'missing'
        ? 'put back: it was missing'
        : 'put back: it was another one'
      : there === null
        ? 'it was put back, and is gone again'
        : 'it was put back, and is another one again',
  })
}

/** What a restore leaves as it is, in words. */
export const leftAlone = ({ onlyHere, refused }: Pick<FilePlan, 'onlyHere' | 'refused'>): string[] => [
  ...refused.map(({ file, reason }) => `not put back: ${file.key}, as ${reason}`),
  ...onlyHere.map((key) => `only here, and left as it is: ${key}`),
]

/** Files that were not to be written. */
function standing(plan: FilePlan): Finding[] {
  const { planned, refused } = plan
  const same = planned.filter(({ state }) => state === 'same').length
  return [
    ...refused
      .filter(({ wanted }) => wanted)
      .map(({ file, reason }) =>
        finding('files.restored', 'critical', {
          subject: file.key,
          expected: 'as in the backup',
          actual: `not put back: ${reason}`,
        }),
      ),
    finding('files.restored', 'ok', {
      actual: `${same} ${same === 1 ? 'file was' : 'files were'} as in the backup already`,
      evidence: leftAlone({ ...plan, refused: refused.filter(({ wanted }) => !wanted) }),
    }),
  ]
}
