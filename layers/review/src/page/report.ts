import { figureTables, formatBytes, formatDuration, type Report } from '@hubkeeper/core'
import { momentText } from '../chart/moments.ts'
import type { Block, Page, Section } from './page.ts'
import { findingSections, verdictOf, wellSections } from './report-findings.ts'

/**
 * Any report as a page: what is wrong first, worst first, with what to do and why; then `extra`, what is
 * well, all figures, what the run left behind, and the run itself.
 */
export function pageOfReport(report: Report, extra: readonly Section[] = []): Page {
  return {
    title: titleOf(report.task),
    subtitle: `${report.hub}, ${momentText(new Date(report.startedAt))}`,
    status: report.status,
    verdict: verdictOf(report),
    sections: [
      ...errorSections(report),
      ...findingSections(report.findings),
      ...extra,
      ...wellSections(report.findings),
      ...figureSections(report),
      ...artifactSections(report),
      runSection(report),
    ],
    generatedAt: new Date(report.finishedAt),
  }
}

/** The name of a task as a heading: `security-audit` is a security audit. */
export function titleOf(task: string): string {
  const words = task.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function errorSections({ error }: Report): Section[] {
  if (error === null) return []
  return [
    {
      heading: 'What kept it from its job',
      blocks: [
        { kind: 'paragraph', text: `${error.message} (${error.code})` },
        { kind: 'paragraph', text: `What to do: ${error.hint}` },
      ],
    },
  ]
}

function figureSections({ figures }: Report): Section[] {
  if (figures.length === 0) return []
  const tables = figureTables(figures).map(
    ({ header, rows }): Block => ({
      kind: 'table',
      caption: header[0] === 'figure' ? 'Measured' : `Measured: ${header[0] ?? ''}`,
      header,
      rows,
      right: header.map((_, i) => i).slice(header[0] === 'figure' ? 2 : 1),
    }),
  )
  return [{ heading: 'Figures', blocks: tables }]
}

function artifactSections({ artifacts }: Report): Section[] {
  if (artifacts.length === 0) return []
  return [
    {
      heading: 'Left behind',
      blocks: [
        {
          kind: 'table',
          caption: 'What the run left behind, by key',
          header: ['key', 'kind', 'size'],
          rows: artifacts.map(({ bytes, key, kind }) => [
            key,
            kind,
            bytes === null ? '–' : formatBytes(bytes),
          ]),
          right: [2],
        },
      ],
    },
  ]
}

function runSection({ finishedAt, pretendedAt, run, scheduledFor, startedAt, task }: Report): Section {
  const took = Date.parse(finishedAt) - Date.parse(startedAt)
  return {
    heading: 'The run',
    blocks: [
      {
        kind: 'list',
        items: [
          `Task ${task}, run ${run}`,
          `From ${momentText(new Date(startedAt))}, took ${formatDuration(took)}`,
          scheduledFor === null ? 'Not by schedule' : `Scheduled for ${momentText(new Date(scheduledFor))}`,
          ...(pretendedAt === undefined
            ? []
            : [`It pretended that it was ${momentText(new Date(pretendedAt))}`]),
        ],
      },
    ],
  }
}
