import { type ObjectStore, type Report, reportMarkdown } from '@hubkeeper/core'
import { type Command, Option } from 'commander'
import { findReport } from '../report/find.ts'
import { openFile } from '../report/open.ts'
import { writePage } from '../report/write.ts'
import { storedReportText } from '../terminal/report.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type LedgerOptions, withChosenHub, withLedgerOptions } from './deployed-ledger.ts'

interface ReportOptions extends LedgerOptions {
  readonly markdown?: boolean
  readonly html?: string | true
  readonly open?: boolean
}

/** `hubkeeper report`. */
export function registerReport(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('report'))
    .description('the last report, or the one of a task or a run')
    .argument('[id]', 'a task, or the id of a run')
    .addOption(new Option('--markdown', 'as Markdown, for mail and chat').conflicts(['json']))
    .addOption(
      new Option(
        '--html [file]',
        'as a page for any browser; without a file among the temporary files. Prints where',
      ).conflicts(['json', 'markdown']),
    )
    .addOption(new Option('--open', 'open that page in the browser').conflicts(['json', 'markdown']))
    .addHelpText(
      'after',
      `
A page that a task made of what it found is taken as it is; of any other report one is made.
--markdown and --json give the report itself, with the documents beside it by key.

Examples:
  hubkeeper report                       the last one of anything
  hubkeeper report database-maintenance  the last one of a task
  hubkeeper report monthly-review --open
  hubkeeper report 01KB2V5Q0Z3N8T6R4M7W9X1C2D --markdown
  hubkeeper report backup --deployed     the last one that a function on AWS left`,
    )
    .action(async (id: string | undefined, options: ReportOptions) => {
      await withChosenHub(options, async ({ now, store }) => {
        const report = await findReport(store, id, now())
        if (options.html !== undefined || options.open) await showPage(store, report, options, terminal)
        else if (options.json) terminal.out(JSON.stringify(report, null, 2))
        else
          terminal.out(
            options.markdown ? reportMarkdown(report).trimEnd() : storedReportText(terminal, report),
          )
      })
    })
}

/** The page's path is the result, so that a script can go on with it. */
async function showPage(
  store: ObjectStore,
  report: Report,
  { html, open }: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { pageOf } = await import('../report/page.ts')
  const page = await pageOf(store, report)
  const path = await writePage(page.html, report, typeof html === 'string' ? html : null)
  terminal.out(path)
  if (!open) return
  const why = terminal.interactive ? await openFile(path) : 'nobody is at a terminal'
  if (why !== null) terminal.err(`not opened, as ${why}: open it in any browser`)
}
