import { readFile, writeFile } from 'node:fs/promises'
import { configJsonSchema, runJsonSchema } from '@hubkeeper/core'
import { architectureJsonSchema } from '../../functions/architecture-review/document.ts'
import { contentJsonSchema } from '../../functions/content-optimization/document.ts'
import { reviewJsonSchema } from '../../functions/monthly-review/document.ts'
import { monthlyPerformanceJsonSchema } from '../../functions/performance-analysis/document.ts'
import { checkTable, configTable, deploymentTable, runbookSections, taskTable } from './blocks.ts'

/** A file that is kept in step with the code: whole, or between its markers. */
interface GeneratedFile {
  readonly path: string
  /** The text that the file should have, given the one it has. */
  readonly render: (current: string) => string
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. @throws Error without markers */
export function block(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`)
  if (!pattern.test(text)) throw new Error(`there is no block ${name} to fill`)
  return text.replace(pattern, (_, open: string, close: string) => `${open}\n${content}\n\n${close}`)
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** Every file, or part of one, that follows from the code. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'README.md', render: (text) => block(text, 'tasks', taskTable()) },
  { path: 'docs/configuration.md', render: (text) => block(text, 'configuration', configTable()) },
  { path: 'docs/deploy.md', render: (text) => block(text, 'deployment', deploymentTable()) },
  { path: 'docs/checks.md', render: (text) => block(text, 'checks', checkTable()) },
  { path: 'docs/runbook.md', render: (text) => block(text, 'runbook', runbookSections()) },
  { path: 'docs/hubkeeper.schema.json', render: () => json(configJsonSchema()) },
  { path: 'docs/run.schema.json', render: () => json(runJsonSchema()) },
  { path: 'docs/architecture-review.schema.json', render: () => json(architectureJsonSchema()) },
  { path: 'docs/content.schema.json', render: () => json(contentJsonSchema()) },
  { path: 'docs/monthly-review.schema.json', render: () => json(reviewJsonSchema()) },
  { path: 'docs/monthly-performance.schema.json', render: () => json(monthlyPerformanceJsonSchema()) },
]

/** Paths of the generated files that are not what the code says; with `write` they are corrected. */
export async function outdatedFiles(options: { readonly write: boolean }): Promise<string[]> {
  const outdated: string[] = []
  for (const { path, render } of generatedFiles) {
    const current = await readFile(path, 'utf8').catch(() => '')
    const wanted = render(current)
    if (current === wanted) continue
    outdated.push(path)
    if (options.write) await writeFile(path, wanted)
  }
  return outdated
}
