import {
  type Finding,
  integrityFinding,
  only,
  type Part,
  refuseCircumstances,
  type Snapshot,
  startLeftStopped,
  type TaskResult,
  together,
  unreadable,
  usedFindings,
} from '@hubkeeper/core'
import { htmlOf, markdownOf } from '@hubkeeper/review'
import { untilUncontended } from '../database-maintenance/contended.ts'
import { type Changes, change, type Sight } from './change.ts'
import type { ContentContext, ContentInput } from './context.ts'
import { documentOf, type Seen } from './document.ts'
import { judgeIndexFiles, type ReadIndexFiles, readIndexFiles } from './json-files.ts'
import { groupAlike } from './json-findings.ts'
import { pageOf } from './page.ts'
import { type ProfiledContent, profileContent } from './profile.ts'
import { lookAtSearchTables, searchTableFindings } from './search-tables.ts'
import { runBefore } from './since.ts'

/** What the content is like; search indexes compared with it and made anew, behind a proven backup. */
export async function run(context: ContentContext, input: ContentInput): Promise<TaskResult> {
  const left = await startLeftStopped(context.control, context.dryRun)
  // Before the database: what the hub adds meanwhile is then missing in an index, and never too much.
  const files = await readIndexFiles(context)
  let profiled: ProfiledContent | null = null
  const result = await untilUncontended(context, async () => {
    const { database, progress } = context
    progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
    const snapshot = await database.snapshot()
    if (snapshot.state !== 'done') {
      refuseCircumstances(snapshot)
      return { findings: [unreadable(snapshot, database.key)] }
    }
    try {
      profiled ??= await profileContent(context, snapshot.value)
      return await optimise(context, input, { snapshot: snapshot.value, files, profiled })
    } finally {
      await snapshot.value.dispose()
    }
  })
  return { ...result, findings: [...left, ...result.findings] }
}

interface Given {
  readonly snapshot: Snapshot
  readonly files: ReadIndexFiles
  readonly profiled: ProfiledContent
}

async function optimise(
  context: ContentContext,
  input: ContentInput,
  { files, profiled, snapshot }: Given,
): Promise<TaskResult> {
  const { database, hub } = context
  const signs = usedFindings(await database.signsOfUse(), database.key)
  const sight: Sight = {
    snapshot,
    signs,
    // What a journal holds is part of the content: a copy without it must not take its place.
    atRest: snapshot.sourceEtag !== null && !database.replica && signs.length === 0,
    tables: await lookAtSearchTables(context, snapshot),
    files: await judgeIndexFiles(snapshot, files.files, contentTablesOf(profiled)),
  }
  const done = await change(context, input, sight)
  const { figures, findings } = together(
    [
      only(...signs),
      profiled,
      only(
        ...searchTableFindings(hub, done.after ?? sight.tables, done.after === null ? null : sight.tables),
        ...(done.after === null ? [] : [integrityFinding(done.after.examination, database.key)]),
      ),
      safetyPart(done, signs),
      ...(done.rebuilding === null ? [] : [done.rebuilding]),
      only(...done.untouched, ...files.findings, ...groupAlike(done.fileFindings)),
      done.reindexed,
    ].map((part) => ({ findings: [...part.findings], figures: [...(part.figures ?? [])] })),
  )
  const seen: Seen = {
    profiled,
    comparisons: sight.tables.comparisons,
    rebuilt: done.rebuilding?.rebuilt ?? [],
    files: sight.files,
  }
  const document = documentOf(context, seen)
  const page = pageOf(context, document, { findings, figures, before: await runBefore(context) })
  return {
    findings,
    figures,
    ...(done.safety.artifacts === undefined ? {} : { artifacts: done.safety.artifacts }),
    attachments: [
      { name: 'content.json', text: `${JSON.stringify(document, null, 2)}\n` },
      { name: 'content.html', text: await htmlOf(page) },
      { name: 'content.md', text: markdownOf(page) },
    ],
  }
}

/**
 * What the backup says, without what is said of the same things elsewhere: of indexes that were broken, and are not
 * any more, the last word counts.
 */
function safetyPart({ after, safety }: Changes, signs: readonly Finding[]): Part {
  const integrity = after?.examination.integrity.state === 'done' ? 'database.integrity' : null
  const findings = safety.findings.filter(
    ({ actual, check }) =>
      check !== 'search-index.integrity' &&
      check !== integrity &&
      !signs.some((sign) => sign.check === check && sign.actual === actual),
  )
  return { findings, figures: [...(safety.figures ?? [])] }
}

const contentTablesOf = ({ profiles }: ProfiledContent): string[] => [
  ...new Set(profiles.map(({ source }) => source.table)),
]
