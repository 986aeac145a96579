import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createLedger, days, hours, minutes, nextRun, type Schedule } from '@hubkeeper/core'
import { sqliteRecords } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueMinutes } from '../../cli/src/schedule/crontab/minutes.ts'
import { thisMachine } from '../../cli/src/schedule/machine.ts'
import { tasks } from '../../functions/tasks.ts'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { cronLinesOf, fakeCrontab, fakeSystemctl } from '../support/schedulers.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const isRoot = process.getuid?.() === 0
const install = ['schedule', 'install', '--crontab', '--yes']
const foreign =
  'MAILTO=ops@example.org\nSHELL=/bin/false\n# nightly\n5 4 * * * /usr/bin/true % stdin  \n\n@reboot x'

/** A hub that is kept since two days ago, whose daily tasks never ran. */
async function neglected(hub: TestHub): Promise<void> {
  const records = sqliteRecords({ path: join(hub.directory, 'state/ledger.db') })
  const now = () => new Date(Date.now() - days(2))
  await createLedger({ records, hub: 'hub', timeZone: 'UTC', tasks, now }).begin()
  records.close()
}

/** Runs a line as cron would: by /bin/sh, with next to no environment. */
async function runAsCron(command: string): Promise<number | null> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: 'ignore',
  })
  await once(child, 'close')
  return child.exitCode
}

const lineOf = (crontab: string, cadence: string) => {
  const line = cronLinesOf(crontab).find(({ command }) => command.includes(` run ${cadence} `))
  if (line === undefined) throw new Error(`no ${cadence} in ${crontab}`)
  return line
}

describe('schedule install --crontab (over a stand-in for the crontab program)', () => {
  it('adds its lines and keeps every other byte; uninstall gives the old crontab back', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const before = `${foreign} y\n`
    crontab.write(before)
    const { code, out } = await hubkeeper(hub.directory, install, { env: crontab.env })
    expect(code).toBe(0)
    expect(out).toContain('+ # BEGIN hubkeeper')
    expect(out).toContain('5 other lines stay as they are')
    expect(crontab.text().endsWith(before)).toBe(true)
    expect(cronLinesOf(crontab.text().slice(0, -before.length)).length).toBeGreaterThanOrEqual(3)
    const [copy] = readdirSync(join(hub.directory, 'state')).filter((name) => name.startsWith('crontab-'))
    expect(readFileSync(join(hub.directory, 'state', copy ?? ''), 'utf8')).toBe(before)

    const removed = await hubkeeper(hub.directory, ['schedule', 'uninstall', '--yes'], { env: crontab.env })
    expect(removed.code).toBe(0)
    expect(crontab.text()).toBe(before)
  })

  it('changes nothing the second time, and says so', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await hubkeeper(hub.directory, install, { env: crontab.env })
    const installed = crontab.text()
    const { code, out } = await hubkeeper(hub.directory, install, { env: crontab.env })
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('nothing to change') })
    expect(crontab.text()).toBe(installed)
  })

  it('brings lines in step where they are, and knows before that they are not', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await hubkeeper(hub.directory, install, { env: crontab.env })
    const installed = crontab.text()
    crontab.write(`# above\n${installed.replace(' run daily ', ' run nightly ')}# below\n`)
    const shown = await hubkeeper(hub.directory, ['schedule', 'show'], { env: crontab.env })
    expect(shown.out).toContain('not as it would be now')
    await hubkeeper(hub.directory, install, { env: crontab.env })
    expect(crontab.text()).toBe(`# above\n${installed}# below\n`)
  })

  it('lets several configurations live in one crontab', async () => {
    const [one, two, crontab] = [sampleHub(), sampleHub(), fakeCrontab()]
    const done = async (hub: TestHub, command: readonly string[]) =>
      expect(await hubkeeper(hub.directory, command, { env: crontab.env })).toMatchObject({
        code: 0,
        err: expect.not.stringContaining('error'),
      })
    for (const hub of [one, two]) await done(hub, install)
    await done(one, ['schedule', 'uninstall', '--yes'])
    expect(crontab.text()).not.toContain(one.directory)
    expect(cronLinesOf(crontab.text()).every(({ command }) => command.includes(two.directory))).toBe(true)
    await done(two, ['schedule', 'uninstall', '--yes'])
    expect(crontab.text()).toBe('')
  })

  it('touches nothing off a terminal without --yes, nor with --dry-run', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const asked = await hubkeeper(hub.directory, ['schedule', 'install', '--crontab'], { env: crontab.env })
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    const dry = await hubkeeper(hub.directory, [...install, '--dry-run'], { env: crontab.env })
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('nothing was changed') })
    expect(crontab.text()).toBe('')
    expect(existsSync(join(hub.directory, 'state'))).toBe(false)
  })

  it('does not take a crontab that cannot be read for an empty one', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    crontab.write(foreign)
    crontab.breakBy('unreadable')
    const { code, err } = await hubkeeper(hub.directory, install, { env: crontab.env })
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('Permission denied') })
    expect(crontab.text()).toBe(foreign)
  })

  it('keeps lines that are no UTF-8, byte for byte', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const directory = join(temporaryDirectory(), 'Prüfstand à')
    renameSync(hub.directory, directory)
    const store = join(crontab.directory, 'store')
    const before = Buffer.from('# gr\xfcn\r\n1 2 * * * echo caf\xe9\r\n', 'latin1')
    writeFileSync(store, before)
    const { code, out } = await hubkeeper(directory, install, { env: crontab.env })
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('Prüfstand à/hubkeeper.json'),
    })
    expect(readFileSync(store).subarray(-before.length)).toEqual(before)
    expect(crontab.text()).toContain(`# END hubkeeper ${directory}/hubkeeper.json\n`)
    expect((await hubkeeper(directory, install, { env: crontab.env })).out).toContain('nothing to change')
    await hubkeeper(directory, ['schedule', 'uninstall', '--yes'], { env: crontab.env })
    expect(readFileSync(store)).toEqual(before)
    const [copy = ''] = readdirSync(join(directory, 'state')).filter((name) => name.startsWith('crontab-'))
    expect(readFileSync(join(directory, 'state', copy)).subarray(-before.length)).toEqual(before)
  })

  it('finds its lines where the path ends with a space, or an editor left some', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    renameSync(join(hub.directory, 'hubkeeper.json'), join(hub.directory, 'hub.json '))
    const config = ['--config', join(hub.directory, 'hub.json ')]
    await hubkeeper(hub.directory, [...install, ...config], { env: crontab.env })
    crontab.write(crontab.text().replace(/(# (?:BEGIN|END) .*)\n/g, '$1 \t\r\n'))
    await hubkeeper(hub.directory, ['schedule', 'uninstall', '--yes', ...config], { env: crontab.env })
    expect(crontab.text()).toBe('')
  })

  it.each([
    ['cut off', `${'a'.repeat(200)}/${'b'.repeat(200)}`, /would hold \d+ bytes/],
    ['misread', 'a\\%b/c', /a backslash before a %/],
  ])('refuses a line that a cron would have %s', async (_, path, problem) => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const directory = join(temporaryDirectory(), path)
    mkdirSync(join(directory, '..'))
    renameSync(hub.directory, directory)
    const { code, err } = await hubkeeper(directory, install, { env: crontab.env })
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(problem) })
    expect(crontab.text()).toBe('')
  })

  it('takes busybox’s word that there is no crontab', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    crontab.breakBy('busybox')
    expect((await hubkeeper(hub.directory, install, { env: crontab.env })).code).toBe(0)
  })

  it('is not there for a user who may have none; everything else works', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    crontab.breakBy('refused')
    const { code, err } = await hubkeeper(hub.directory, install, { env: crontab.env })
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('that this user may run') })
    const shown = await hubkeeper(hub.directory, ['schedule', 'show'], { env: crontab.env })
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('installed nowhere') })
  })

  it('puts the old crontab back when the new one is not kept as it was given', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    crontab.write('1 2 * * * x\n')
    crontab.breakBy('forgetful')
    const { code, err } = await hubkeeper(hub.directory, install, { env: crontab.env })
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('the old one was put back') })
    expect(crontab.text()).toBe('1 2 * * * x\n')
  })

  it('refuses to guess when its marks are damaged', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await hubkeeper(hub.directory, install, { env: crontab.env })
    const damaged = crontab.text().replace(/# END.*\n/, '')
    crontab.write(damaged)
    for (const command of [install, ['schedule', 'uninstall', '--yes']]) {
      const { code, err } = await hubkeeper(hub.directory, command, { env: crontab.env })
      expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('crontab -e') })
    }
    expect(crontab.text()).toBe(damaged)
  })

  it('says what else there is on a machine without a crontab and without systemd', async () => {
    const hub = sampleHub()
    const env = { PATH: temporaryDirectory() }
    const { code, err } = await hubkeeper(hub.directory, ['schedule', 'install', '--yes'], { env })
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('hubkeeper watch') })
    const { out } = await hubkeeper(hub.directory, ['doctor'], { env })
    expect(out).toContain('nothing runs what is due')
  })
})

describe('an installed line, run as cron runs it', () => {
  it('catches up on what was missed, once, from a directory with any name', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const directory = join(temporaryDirectory(), 'it\'s 100% "my" $HOME hub')
    renameSync(hub.directory, directory)
    const moved = { ...hub, directory }
    await neglected(moved)
    await hubkeeper(directory, install, { env: crontab.env })
    const line = lineOf(crontab.text(), 'daily')
    expect(await runAsCron(line.command)).toBeLessThanOrEqual(1)
    expect(await runAsCron(line.command)).toBe(0)
    const log = readFileSync(join(directory, 'state/schedule.log'), 'utf8')
    expect(log.match(/backup of hub in/g)).toHaveLength(1)
    expect(log).toContain('nothing is due')
    // The probe's own line prints errors only.
    expect(await runAsCron(lineOf(crontab.text(), 'continuous').command)).toBeLessThanOrEqual(1)
    expect(readFileSync(join(directory, 'state/schedule.log'), 'utf8')).toBe(log)
  })

  it('never runs twice at once', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await neglected(hub)
    await hubkeeper(hub.directory, install, { env: crontab.env })
    const { command } = lineOf(crontab.text(), 'daily')
    const codes = await Promise.all([runAsCron(command), runAsCron(command), runAsCron(command)])
    expect(codes.every((code) => code === 0 || code === 1)).toBe(true)
    const log = readFileSync(join(hub.directory, 'state/schedule.log'), 'utf8')
    expect(log.match(/backup of hub in/g)).toHaveLength(1)
    expect(log.match(/already running|nothing is due|already succeeded/g)?.length).toBeGreaterThanOrEqual(2)
  })
})

describe('the minutes at which a crontab wakes', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  ]
  const times = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const schedules: fc.Arbitrary<Schedule> = fc.oneof(
    times.map((at) => ({ cadence: 'daily' as const, at })),
    times.map((at) => ({ cadence: 'weekly' as const, weekday: 'sunday' as const, at })),
    times.map((at) => ({ cadence: 'monthly' as const, nth: 1, weekday: 'saturday' as const, at })),
  )

  it('are those of every run of a year, whatever the two time zones', () => {
    fc.assert(
      fc.property(
        schedules,
        fc.constantFrom(...zones),
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 360 }),
        (schedule, timeZone, machine, from, day) => {
          const appointment = { hub: 'hub', timeZone, task: 'task', schedule }
          const woken = dueMinutes([appointment], machine, from)
          const run = nextRun(schedule, timeZone, new Date(from.getTime() + days(day)))
          const clock = new Intl.DateTimeFormat('en-GB', { timeZone: machine, minute: 'numeric' })
          // A time that summer time leaves out is made up for later in that hour, or in the next.
          fc.pre(run !== null && wallClockOf(run, timeZone) === ('at' in schedule ? schedule.at : ''))
          expect(woken).toContain(Number(clock.format(run ?? from)))
        },
      ),
      { numRuns: 300 },
    )
  })

  const wallClockOf = (at: Date, timeZone: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at)

  it('follow the hub’s time zone: half hours of Kolkata on a machine that shows UTC', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    hub.configure({ timeZone: 'Asia/Kolkata' })
    await hubkeeper(hub.directory, install, { env: { ...crontab.env, TZ: 'UTC' } })
    const line = lineOf(crontab.text(), 'daily')
    // 04:30 and 09:00 there are 23:00 and 03:30 here.
    expect(line.firesAt(new Date('2026-11-25T23:00:00Z'))).toBe(true)
    expect(line.firesAt(new Date('2026-11-26T03:30:00Z'))).toBe(true)
  })

  it('come every hour of every day, so that what was missed is caught up and no day is restricted', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await hubkeeper(hub.directory, install, { env: { ...crontab.env, TZ: 'UTC' } })
    for (const line of cronLinesOf(crontab.text())) {
      expect(line.fields.slice(1)).toEqual(['*', '*', '*', '*'])
      const from = Date.UTC(2026, 10, 25)
      for (let hour = 0; hour < 24 * 8; hour++) {
        const fires = Array.from({ length: 60 }, (_, minute) =>
          line.firesAt(new Date(from + hours(hour) + minutes(minute))),
        )
        expect(fires).toContain(true)
      }
    }
  })

  it('wake the probe every five minutes only', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    await hubkeeper(hub.directory, install, { env: crontab.env })
    expect(lineOf(crontab.text(), 'continuous').fields[0]).toBe('*/5')
  })
})

describe('where a schedule is installed, when it is not said', () => {
  const both = () => {
    const [crontab, systemctl] = [fakeCrontab(), fakeSystemctl()]
    return { systemctl, env: { PATH: `${systemctl.directory}:${crontab.env.PATH}` } }
  }
  const planned = async (args: Parameters<typeof hubkeeper>[2]) => {
    const hub = sampleHub()
    for (const path of [join(hub.directory, '..'), hub.directory]) chmodSync(path, 0o755)
    const { out } = await hubkeeper(hub.directory, ['schedule', 'install', '--dry-run', '--json'], args)
    return JSON.parse(out)
  }

  it.skipIf(!isRoot)('is systemd for root, where it runs, else the crontab', async () => {
    const { env, systemctl } = both()
    expect(await planned({ env })).toMatchObject({ applied: false, plans: [{ scheduler: 'systemd' }] })
    systemctl.breakBy('offline')
    expect(await planned({ env })).toMatchObject({ applied: false, plans: [{ scheduler: 'crontab' }] })
  })

  it.skipIf(!isRoot)('is the crontab for a user whose timers stop when that user logs out', async () => {
    const { env } = both()
    const shown = await planned({ env, uid: 65_534 })
    expect(shown).toMatchObject({ plans: [{ scheduler: 'crontab' }] })
    expect(shown.warnings.join()).toContain('belongs to user 0')
  })
})

describe('schedule show', () => {
  it('has every task with its next time in the hub’s time zone, and where it is installed', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    hub.configure({ timeZone: 'Asia/Kolkata' })
    const before = await hubkeeper(hub.directory, ['schedule', 'show'], { env: crontab.env })
    expect(before.out).toMatch(/daily +backup +daily 04:30 +\d{4}-\d\d-\d\d 04:30/)
    expect(before.out).toContain('installed nowhere')
    await hubkeeper(hub.directory, install, { env: crontab.env })
    const { out } = await hubkeeper(hub.directory, ['schedule', 'show', '--json'], { env: crontab.env })
    const shown = JSON.parse(out)
    expect(shown).toMatchObject({ schema: 1, installed: [{ scheduler: 'crontab', current: true }] })
    expect(shown.appointments).toContainEqual(
      expect.objectContaining({ task: 'backup', cadence: 'daily', timeZone: 'Asia/Kolkata' }),
    )
    const doctor = await hubkeeper(hub.directory, ['doctor'], { env: crontab.env })
    const wakes = thisMachine().cronRuns !== false
    expect(doctor.out).toMatch(
      wakes ? /ok +schedule +crontab of/ : /warning +schedule .*no cron seems to run/,
    )
  })
})

describe('several hubs in one configuration', () => {
  it('share one line for each cadence, woken at the minutes of all', async () => {
    const [hub, crontab] = [sampleHub(), fakeCrontab()]
    const database = { path: 'knowledge/hub.db', authority: 'offline' }
    mkdirSync(join(hub.directory, 'b'))
    const hubs = {
      a: { database, timeZone: 'UTC' },
      b: { database, timeZone: 'Asia/Kathmandu', root: 'b' },
    }
    writeFileSync(join(hub.directory, 'hubkeeper.json'), JSON.stringify({ hubs }))
    await hubkeeper(hub.directory, install, { env: { ...crontab.env, TZ: 'UTC' } })
    const lines = cronLinesOf(crontab.text()).filter(({ command }) => command.includes(' run daily '))
    expect(lines).toHaveLength(1)
    // 04:30 in Kathmandu is 22:45.
    for (const time of ['04:30', '22:45'])
      expect(lines[0]?.firesAt(new Date(`2026-11-25T${time}Z`))).toBe(true)
  })
})

it('the stand-in for cron’s program behaves as cron’s where the command relies on it', () => {
  const crontab = fakeCrontab()
  const run = (args: string[], input = '') =>
    spawnSync(join(crontab.directory, 'crontab'), args, {
      env: { ...process.env, ...crontab.env },
      input,
      encoding: 'utf8',
    })
  expect(run(['-l'])).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^no crontab for /),
  })
  expect(run(['-'], 'x').status).toBe(1)
  expect(run(['-'], 'x\n').status).toBe(0)
  expect(run(['-l']).stdout).toBe('x\n')
})
