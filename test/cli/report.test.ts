import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { keys, type Report } from '@hubkeeper/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../cli/src/main.ts'
import { openFile } from '../../cli/src/report/open.ts'
import type { Terminal } from '../../cli/src/terminal/terminal.ts'
import { sampleReport } from '../review/sample-report.ts'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'
import { onPath } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const older = '01M8RPK1A6A9P3J7KZPPTKRMR5'
const { run, task } = sampleReport

/** A hub in which a run left its report, with documents beside it. */
function reportedHub(documents: Readonly<Record<string, string>> = {}, change: Partial<Report> = {}) {
  const { directory } = sampleHub()
  const report: Report = {
    ...sampleReport,
    ...change,
    artifacts: Object.entries(documents).map(([name, text]) => ({
      kind: 'attachment',
      key: keys.attachment(task, run, name),
      bytes: text.length,
    })),
  }
  const put = (key: string, text: string): void => {
    mkdirSync(dirname(join(directory, key)), { recursive: true })
    writeFileSync(join(directory, key), text)
  }
  put(keys.report(task, report.run, 'json'), JSON.stringify(report))
  for (const [name, text] of Object.entries(documents)) put(keys.attachment(task, run, name), text)
  // Pages without a folder of their own go into one that is gone when the test is.
  const temporary = temporaryDirectory()
  vi.stubEnv('TMPDIR', temporary)
  const command = (...args: string[]) => reported(directory, args)
  return { directory, put, command, temporary }
}

/** The command in this process: what it printed, or why it could not. */
async function reported(directory: string, args: readonly string[]) {
  let out = ''
  let err = ''
  const terminal: Terminal = {
    out: (text) => {
      out += `${text}\n`
    },
    err: (text) => {
      err += `${text}\n`
    },
    interactive: false,
    paint: (_, text) => text,
  }
  const config = ['--config', join(directory, 'hubkeeper.json')]
  const program = createProgram(terminal)
  for (const command of program.commands) command.configureOutput({ writeErr: () => {} }).exitOverride()
  try {
    await program.parseAsync(['report', ...args, ...config], { from: 'user' })
    return { out, err, error: null }
  } catch (error) {
    return { out, err, error }
  }
}

afterEach(() => vi.unstubAllEnvs())

describe('hubkeeper report --html', () => {
  it('writes the newest report as a page that only its owner reads, and prints where', async () => {
    const { command, put, temporary } = reportedHub()
    put(keys.report('backup', older, 'json'), JSON.stringify({ ...sampleReport, task: 'backup', run: older }))
    const { err, error, out } = await command('--html')
    const file = out.trim()
    expect({ error, err, name: basename(file) }).toEqual({
      error: null,
      err: '',
      name: `${task}-${run}.html`,
    })
    expect(file.startsWith(temporary)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain('<h1>Database maintenance</h1>')
    if (process.platform !== 'win32') {
      expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700])
    }
  })

  it('writes it where one says, and never over what is there', async () => {
    const { directory } = reportedHub()
    const file = join(directory, 'page.html')
    const args = ['report', task, '--html', 'page.html']
    expect(await hubkeeper(directory, args)).toMatchObject({ code: 0, out: `${file}\n` })
    writeFileSync(file, 'mine')
    expect(await hubkeeper(directory, args)).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('is there already'),
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it('takes the page that the run made itself', async () => {
    const { command } = reportedHub({
      'plan.md': '# Plan',
      'review.html': '<!doctype html><title>own</title>',
    })
    const { out } = await command('--html')
    expect(readFileSync(out.trim(), 'utf8')).toBe('<!doctype html><title>own</title>')
  })

  it('makes a page where that one is gone', async () => {
    const { command, directory } = reportedHub({ 'review.html': 'x' })
    writeFileSync(
      join(directory, keys.report(task, run, 'json')),
      JSON.stringify({
        ...sampleReport,
        artifacts: [{ kind: 'attachment', key: keys.attachment(task, run, 'gone.html'), bytes: 1 }],
      }),
    )
    const { out } = await command('--html')
    expect(readFileSync(out.trim(), 'utf8')).toContain('gone.html')
  })

  it('takes no task for a file, and nothing else beside it', async () => {
    const { command } = reportedHub()
    expect((await command('--html', task)).error).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('goes before --html'),
    })
    const conflict = { code: 'commander.conflictingOption' }
    expect((await command('--html', '--json')).error).toMatchObject(conflict)
    expect((await command('--open', '--markdown')).error).toMatchObject(conflict)
    expect((await command('--json', '--markdown')).error).toMatchObject(conflict)
  })

  it('says where a page would have gone that cannot be written', async () => {
    const { command, temporary } = reportedHub()
    const file = join(temporary, 'nowhere/page.html')
    expect((await command('--html', file)).error).toMatchObject({
      code: 'io',
      message: expect.stringContaining(file),
    })
  })
})

describe('hubkeeper report', () => {
  it('names the documents beside a report by key, in every form', async () => {
    const { command } = reportedHub({ 'plan.md': '# Plan', 'findings.json': '{}' })
    const key = keys.attachment(task, run, 'findings.json')
    expect((await command()).out).toContain(key)
    expect((await command('--json')).out).toContain(key)
    expect((await command('--markdown')).out).toContain(key)
    const { out } = await command('--html')
    expect(readFileSync(out.trim(), 'utf8')).toContain(key)
  })

  it('takes nothing else below reports for a report', async () => {
    const { command, put } = reportedHub({ 'zzz.json': '{}' })
    put('reports/monthly_performance_20261201.json', '{}')
    put(`reports/${task}/zzz.json`, '{}')
    expect((await command('--json')).out).toContain(`"run": "${run}"`)
  })

  it('says when the run was, what it was for, and what it pretended', async () => {
    const { command } = reportedHub(
      {},
      { scheduledFor: '2026-11-29T14:15:00.000Z', pretendedAt: '2027-01-01T00:00:00.000Z' },
    )
    const began = `${sampleReport.startedAt.slice(0, 16).replace('T', ' ')} UTC`
    expect((await command()).out).toMatch(
      new RegExp(
        `^.*\\n  began at ${began}, for 2026-11-29 14:15 UTC\\n  it pretended that it was 2027-01-01T`,
      ),
    )
    expect((await command('--markdown')).out).toContain('It pretended that it was 2027-01-01T00:00:00.000Z.')
    const { out } = await command('--html')
    expect(readFileSync(out.trim(), 'utf8')).toMatch(/It pretended that it was (<time>)?2027-01-01/)
  })

  it('finds a run however its id is written', async () => {
    const { command } = reportedHub()
    expect((await command(run.toLowerCase(), '--json')).out).toContain(`"run": "${run}"`)
  })

  it('takes one that a clock dated ahead for the newest only where there is no other', async () => {
    const { command, put } = reportedHub()
    const ahead = '7ZZZZZZZZZA9P3J7KZPPTKRMR5'
    const report = JSON.stringify({ ...sampleReport, task: 'backup', run: ahead })
    put(keys.report('backup', ahead, 'json'), report)
    expect((await command('--json')).out).toContain(`"run": "${run}"`)
    expect((await command('backup', '--json')).out).toContain(`"run": "${ahead}"`)
  })

  it('tells a name that it does not know from a task without a report', async () => {
    const { command } = reportedHub()
    expect((await command('helth-check')).error).toMatchObject({
      code: 'usage',
      message: 'there is no task helth-check',
      hint: expect.stringMatching(/^did you mean health-check\? tasks: /),
    })
    expect((await command('backup')).error).toMatchObject({
      code: 'object-missing',
      message: 'there is no report of backup yet',
      hint: 'run it first: hubkeeper run backup',
    })
    expect((await command(older)).error).toMatchObject({
      code: 'object-missing',
      message: `there is no report of a run ${older}`,
    })
  })

  it('says that a report cannot be read, and what to do', async () => {
    const { command, put } = reportedHub()
    put(keys.report(task, run, 'json'), '{"schema": 1, "hub"')
    expect((await command()).error).toMatchObject({
      code: 'io',
      message: expect.stringContaining('is not a report that this version understands'),
      hint: expect.stringContaining('.md file'),
    })
  })
})

describe('hubkeeper report --open', () => {
  it('says where the page is when nobody sits at a terminal', async () => {
    const { command } = reportedHub()
    const { err, out } = await command('--open')
    expect(readFileSync(out.trim(), 'utf8')).toContain('<h1>')
    expect(err).toContain('not opened, as nobody is at a terminal')
  })

  describe.skipIf(process.platform !== 'linux')('on Linux', () => {
    it('gives it to the program that its owner reads such files with', async () => {
      const opened = join(temporaryDirectory(), 'opened')
      onPath({
        'xdg-open': `require('node:fs').writeFileSync(${JSON.stringify(opened)}, process.argv.slice(2).join())`,
      })
      vi.stubEnv('DISPLAY', ':0')
      expect(await openFile('/a/page.html')).toBeNull()
      expect(readFileSync(opened, 'utf8')).toBe('/a/page.html')
    })

    it('says why it could not', async () => {
      vi.stubEnv('DISPLAY', ':0')
      onPath({ 'xdg-open': 'process.exitCode = 3' })
      expect(await openFile('/a/page.html')).toBe('xdg-open ended with 3')
      onPath({}, { alone: true })
      expect(await openFile('/a/page.html')).toMatch(/^xdg-open cannot be run: /)
      vi.stubEnv('DISPLAY', '')
      vi.stubEnv('WAYLAND_DISPLAY', '')
      expect(await openFile('/a/page.html')).toBe('there is no screen here')
    })
  })
})
