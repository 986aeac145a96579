import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '@hubkeeper/core'
import { expect } from 'vitest'
import {
  type MonthlyPerformance,
  parseMonthlyPerformance,
} from '../../../functions/performance-analysis/document.ts'
import { performanceAnalysis } from '../../../functions/performance-analysis/task.ts'
import { inProcessEngine } from '../../fakes/in-process-engine.ts'
import type { TestHub } from '../../support/hub.ts'
import type { HereResult } from '../../support/run-here.ts'
import { runWithinProcess } from './within-process.ts'

/** A performance analysis without a process for each job. */
export const analyse = ({ directory }: TestHub, engine = inProcessEngine()): Promise<HereResult> =>
  runWithinProcess(directory, performanceAnalysis, {}, engine)

/** The day of a report, as names of documents have it. */
export const dayOf = ({ startedAt }: Report): string => startedAt.slice(0, 10).replaceAll('-', '')

/** One that takes no time; without any, some are guessed. */
export const quick = { statements: [{ name: 'quick', sql: 'SELECT 1' }] }

/** The text of the one document of a report whose key matches. */
export function textOf({ directory }: TestHub, { artifacts }: Report, pattern: RegExp): string {
  const keys = artifacts.map(({ key }) => key).filter((key) => pattern.test(key))
  expect(keys).toHaveLength(1)
  return readFileSync(join(directory, keys[0] ?? ''), 'utf8')
}

/** The document of the month. */
export const documentIn = (hub: TestHub, report: Report): MonthlyPerformance =>
  parseMonthlyPerformance(JSON.parse(textOf(hub, report, /monthly_performance/)))

/** Sizes of all files below a folder of the hub, bytes. */
export const filesBelow = ({ directory }: TestHub, folder: string): number[] =>
  readdirSync(join(directory, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)

/** All together. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
