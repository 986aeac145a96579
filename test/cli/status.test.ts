import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { metricFiles } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'

const statusSchema = z.object({
  hubs: z.array(
    z.object({
      newestProvenBackup: z.object({ ageSeconds: z.number() }).nullable(),
      tasks: z.array(
        z.object({ task: z.string(), status: z.string().nullable(), nextRun: z.string().nullable() }),
      ),
      kpis: z.array(
        z.object({
          name: z.string(),
          status: z.string(),
          value: z.number(),
          target: z.number().nullable(),
          subject: z.string().nullable(),
        }),
      ),
    }),
  ),
})

async function statusOf(directory: string) {
  const { out } = await hubkeeper(directory, ['status', '--json'])
  const [status] = statusSchema.parse(JSON.parse(out)).hubs
  if (status === undefined) throw new Error(out)
  return status
}

/** Every file below a folder, by its path; none where there is no such folder. */
const filesBelow = (directory: string, folder: string): string[] =>
  existsSync(join(directory, folder))
    ? readdirSync(join(directory, folder), { recursive: true, encoding: 'utf8' }).sort()
    : []

const metricsOf = (directory: string) => metricFiles({ directory: join(directory, 'state/metrics') })

describe('status', () => {
  it('begins with the age of the newest proven backup, or says that there is none', async () => {
    const hub = sampleHub()
    expect((await hubkeeper(hub.directory, ['status'])).out).toMatch(/^hub: ✖ no proven backup/)
    await hubkeeper(hub.directory, ['backup'])
    expect((await hubkeeper(hub.directory, ['status'])).out).toMatch(/^hub: newest proven backup \S+ .* old/)
  })

  it('says of every task when it ran, how it ended and when it runs next', async () => {
    const hub = sampleHub()
    await hubkeeper(hub.directory, ['backup'])
    const { tasks } = await statusOf(hub.directory)
    expect(tasks.find(({ task }) => task === 'backup')).toMatchObject({
      status: 'ok',
      nextRun: expect.stringMatching(/T/),
    })
    expect(tasks.find(({ task }) => task === 'health-check')).toMatchObject({ status: null })
  })

  it('shows each KPI by its worst subject, against its target', async () => {
    const hub = sampleHub()
    const point = (
      name: string,
      subject: string | null,
      value: number,
      unit: 'seconds' | 'percent',
      at: Date,
    ) => ({
      hub: 'hub',
      name,
      subject,
      value,
      unit,
      at,
    })
    const now = new Date()
    const lastWeek = new Date(now.getTime() - 6 * 86_400_000)
    await metricsOf(hub.directory).publish([
      point('database.query-time', 'search', 1.5, 'seconds', lastWeek),
      point('disk.usage', '/', 95, 'percent', new Date(now.getTime() - 60_000)),
      point('disk.usage', '/', 40, 'percent', now),
      point('disk.usage', '/data', 85, 'percent', now),
      point('disk.usage', '/gone', 99, 'percent', lastWeek),
    ])
    const { kpis } = await statusOf(hub.directory)
    expect(kpis).toEqual([
      { name: 'database.query-time', status: 'warning', value: 1.5, target: 1, subject: 'search' },
      { name: 'disk.usage', status: 'warning', value: 85, target: 80, subject: '/data' },
    ])
  })
})

describe('freeze and thaw', () => {
  it('keeps every task from writing, and says who wants that and how to end it', async () => {
    const hub = sampleHub()
    await hubkeeper(hub.directory, ['freeze', '--reason', 'moving house', '--by', 'anna'])
    const refused = await hubkeeper(hub.directory, ['backup'])
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('frozen by anna') })
    expect(refused.err).toContain('hubkeeper thaw')
    expect((await hubkeeper(hub.directory, ['status'])).out).toContain('frozen by anna')
    expect((await runTask(hub.directory, ['run', 'health-check'])).finding('freeze.forgotten')).toMatchObject(
      {
        status: 'ok',
      },
    )
    expect((await hubkeeper(hub.directory, ['thaw'])).out).toContain('was frozen by anna')
    expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
    expect((await hubkeeper(hub.directory, ['thaw'])).out).toContain('is not frozen')
  })

  it('is a finding once it is past its end', async () => {
    const hub = sampleHub()
    const args = ['freeze', '--reason', 'an hour', '--until', '2026-01-01T00:00:00Z']
    await hubkeeper(hub.directory, args)
    const { finding } = await runTask(hub.directory, ['run', 'health-check'])
    expect(finding('freeze.forgotten')).toMatchObject({ status: 'warning' })
  })

  it('returns when who was writing has stopped', async () => {
    const hub = sampleHub({ articles: 2000 })
    const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')
    const writer = spawn(process.execPath, [program, 'backup'], { cwd: hub.directory, stdio: 'ignore' })
    const ended = once(writer, 'close')
    await hubkeeper(hub.directory, ['freeze', '--reason', 'now'])
    const stored = filesBelow(hub.directory, 'backups')
    await ended
    expect(filesBelow(hub.directory, 'backups')).toEqual(stored)
  })

  it.each([[['freeze']], [['freeze', '--reason', '']], [['hold', '--reason', 'x', '--until', 'soon']]])(
    'refuses %j',
    async (args) => {
      const hub = sampleHub()
      expect((await hubkeeper(hub.directory, args)).code).toBe(2)
    },
  )
})

describe('hold and release', () => {
  it('is shown while it is in force', async () => {
    const hub = sampleHub()
    await hubkeeper(hub.directory, ['hold', '--reason', 'rows are missing', '--by', 'anna'])
    expect((await hubkeeper(hub.directory, ['status'])).out).toContain('on hold by anna')
    expect((await hubkeeper(hub.directory, ['release'])).out).toContain('was on hold by anna')
    expect((await hubkeeper(hub.directory, ['status'])).out).not.toContain('on hold')
  })
})
