import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { daily, days, monthly, nextRun, quarterly, type Schedule, weekly } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../cli/src/config.ts'
import { thisMachine } from '../../cli/src/schedule/machine.ts'
import { calendarOf } from '../../cli/src/schedule/systemd/calendar.ts'
import { systemdScheduler } from '../../cli/src/schedule/systemd/scheduler.ts'
import { unitsOf } from '../../cli/src/schedule/systemd/units.ts'
import { targetOf } from '../../cli/src/schedule/target.ts'
import { tasks } from '../../functions/tasks.ts'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'
import { fakeSystemctl } from '../support/schedulers.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const analyze = (...args: string[]) =>
  spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } })
const hasAnalyze = analyze('--version').status === 0
const withoutAnalyze = hasAnalyze ? '' : ' (skipped: this machine has no systemd-analyze)'
const manager = '/lib/systemd/systemd'
const nobody = 65_534
const isRoot = process.getuid?.() === 0

/** The moments at which systemd says that an expression elapses. */
function elapses(calendar: string, from: Date, count: number): number[] {
  const base = `--base-time=${from.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const { stderr, stdout } = analyze('calendar', `--iterations=${count}`, base, calendar)
  const found = [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)]
  if (found.length !== count) throw new Error(`${calendar}: ${found.length} of ${count}\n${stdout}${stderr}`)
  return found.map(([, date, time]) => Date.parse(`${date}T${time}Z`))
}

function runsOf(schedule: Schedule, timeZone: string, from: Date, count: number): number[] {
  const runs: number[] = []
  let at = from
  while (runs.length < count) {
    const next = nextRun(schedule, timeZone, at)
    if (next === null) throw new Error('never runs')
    runs.push(next.getTime())
    at = next
  }
  return runs
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
]
const from = new Date('2026-11-25T12:00:00Z')

describe.skipIf(!hasAnalyze)(`OnCalendar, as systemd reads it${withoutAnalyze}`, () => {
  const schedules: [Schedule, number][] = [
    [daily('04:30'), 370],
    [daily('23:59'), 370],
    [daily('00:00'), 370],
    [weekly('sunday', '14:15'), 53],
    [weekly('monday', '00:05'), 53],
    [monthly(1, 'saturday', '10:00'), 13],
    [monthly(4, 'tuesday', '18:45'), 13],
    [quarterly(2, 'monday', '10:00'), 5],
    [quarterly(1, 'sunday', '06:07'), 5],
  ]

  it.each(zones)('elapses at the times of a whole year in %s, and at no other', (timeZone) => {
    for (const [schedule, count] of schedules) {
      const calendar = calendarOf(schedule, timeZone) ?? ''
      expect(elapses(calendar, from, count), calendar).toEqual(runsOf(schedule, timeZone, from, count))
    }
  })

  it('is in normal form for every task there is', () => {
    for (const { schedule } of tasks) {
      const calendar = calendarOf(schedule, 'Europe/Berlin')
      if (calendar === null) continue
      expect(analyze('calendar', calendar).stdout).toContain(`Normalized form: ${calendar.trim()}`)
    }
  })

  it('leaves out a day whose time summer time leaves out: the hourly wake-up makes up for it', () => {
    const before = new Date('2027-03-27T12:00:00Z')
    const [elapse = 0] = elapses(calendarOf(daily('02:30'), 'Europe/Berlin') ?? '', before, 1)
    const [run = 0] = runsOf(daily('02:30'), 'Europe/Berlin', before, 1)
    expect(elapse - run).toBeGreaterThan(days(0.9))
  })
})

/** A configuration in a directory with a name that must be quoted everywhere. */
async function awkwardTarget(hub: Record<string, unknown> = {}) {
  const directory = join(temporaryDirectory(), 'it\'s 100% "my" $HOME \\ hub')
  mkdirSync(directory)
  const file = join(directory, 'hubkeeper.json')
  const config = { hubs: { hub: { timeZone: 'Europe/Berlin', database: { path: 'hub.db' }, ...hub } } }
  writeFileSync(file, JSON.stringify(config))
  return targetOf(await loadConfig(file), tasks)
}

describe('units', () => {
  it.skipIf(!hasAnalyze)(`are accepted by systemd-analyze verify${withoutAnalyze}`, async () => {
    const directory = temporaryDirectory()
    const units = unitsOf(await awkwardTarget())
    for (const { name, text } of units) writeFileSync(join(directory, name), text)
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${directory}:` }
    const paths = units.map(({ name }) => join(directory, name))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8', env })
    expect(stderr.split('\n').filter((line) => line.includes('hubkeeper'))).toEqual([])
    expect(status).toBe(0)
  })

  it.skipIf(!existsSync(manager) || !isRoot)(
    'start exactly the command that is meant, as systemd itself takes it apart (needs systemd, and root to become a user)',
    async () => {
      const target = await awkwardTarget()
      const directory = temporaryDirectory()
      chownSync(directory, nobody, nobody)
      for (const { name, text } of unitsOf(target)) writeFileSync(join(directory, name), text)
      const unit = unitsOf(target).find(({ name }) => name.endsWith('-daily.service'))?.name ?? ''
      const { stdout, stderr } = spawnSync(manager, ['--test', '--user', '--no-pager', `--unit=${unit}`], {
        encoding: 'utf8',
        uid: nobody,
        gid: nobody,
        env: {
          HOME: directory,
          XDG_RUNTIME_DIR: directory,
          SYSTEMD_UNIT_PATH: `${directory}:`,
          SYSTEMD_LOG_TARGET: 'console',
        },
        timeout: 20_000,
      })
      const line = /Command Line: (.*hubkeeper\.cjs.*)/.exec(stdout + stderr)?.[1] ?? ''
      // It prints the words as a shell would take them; a doubled $ becomes one when it starts them.
      const words = spawnSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).stdout
      expect(words.replaceAll('$$', '$').trimEnd().split('\n')).toEqual([
        ...target.program,
        'run',
        'daily',
        '--due',
        '--config',
        target.file,
      ])
    },
  )

  it('catch up on what was missed, and try what failed again within the hour', async () => {
    const timers = unitsOf(await awkwardTarget()).filter(({ name }) => name.endsWith('.timer'))
    for (const { name, text } of timers) {
      const continuous = name.includes('-continuous.')
      expect(text.includes('Persistent=true'), name).toBe(!continuous)
      expect(text.includes('OnUnitInactiveSec=1h'), name).toBe(!continuous)
      // After a reboot no run before counts for that.
      expect(text.includes('OnActiveSec=10min'), name).toBe(!continuous)
    }
    const text = timers.find(({ name }) => name.includes('-daily.'))?.text
    expect(text).toContain('OnCalendar=*-*-* 04:30:00 Europe/Berlin\n')
    expect(text).toContain('OnCalendar=*-*-* 09:00:00 Europe/Berlin\n')
  })

  it('forbid to gain rights, unless commands that stop the server may need to', async () => {
    const servicesOf = async (hub: Record<string, unknown>) =>
      unitsOf(await awkwardTarget(hub)).filter(({ name }) => name.endsWith('.service'))
    for (const { text } of await servicesOf({})) expect(text).toContain('NoNewPrivileges=true')
    const control = {
      stop: ['sudo', 'systemctl', 'stop', 'hub'],
      start: ['sudo', 'systemctl', 'start', 'hub'],
    }
    for (const { text } of await servicesOf({ control })) expect(text).not.toContain('NoNewPrivileges')
  })
})

describe('schedule install --systemd (over a stand-in for systemctl)', () => {
  it.skipIf(!isRoot)(
    'installs a user’s own timers, once, and removes them (needs root, to become a user)',
    async () => {
      const [hub, systemctl, home] = [sampleHub(), fakeSystemctl(), temporaryDirectory()]
      for (const path of [join(hub.directory, '..'), hub.directory]) chownSync(path, nobody, nobody)
      chownSync(home, nobody, nobody)
      chmodSync(join(hub.directory, 'hubkeeper.json'), 0o644)
      const run = (...args: string[]) =>
        hubkeeper(hub.directory, ['schedule', ...args], {
          uid: nobody,
          env: { ...systemctl.env, XDG_CONFIG_HOME: join(home, '.config') },
        })
      const directory = join(home, '.config/systemd/user')
      const { code, err, out } = await run('install', '--systemd', '--yes')
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('loginctl enable-linger') })
      expect(err).toContain('belongs to user 0')
      expect(out).toContain('  OnCalendar=*-*-* 04:30:00 UTC')
      const names = readdirSync(directory)
      expect(
        names.filter((name) => /^hubkeeper-hub-[0-9a-f]{8}-daily\.(service|timer)$/.test(name)),
      ).toHaveLength(2)
      const asked = systemctl.text()
      expect(asked).toMatch(/^--user daemon-reload\n--user enable --now hubkeeper-hub-/)
      expect(asked).not.toMatch(/enable.*\.service/)

      expect((await run('install', '--systemd', '--yes')).out).toContain('nothing to change')
      expect(systemctl.text()).toBe(asked)
      expect((await run('show')).out).toContain('installed: systemd timers in')

      expect((await run('uninstall', '--yes')).code).toBe(0)
      expect(readdirSync(directory)).toEqual([])
      expect(systemctl.text()).toContain('--user disable --now hubkeeper-hub-')
    },
  )

  it('leaves nothing behind when systemd does not take it', async () => {
    for (const fault of ['daemon-reload', 'enable', 'restart', 'is-active']) {
      const [systemctl, unitDirectory] = [fakeSystemctl(), temporaryDirectory()]
      systemctl.breakBy(fault)
      const machine = { ...thisMachine(), uid: 0, unitDirectory }
      const plan = await within(systemctl.env, async () =>
        systemdScheduler(await awkwardTarget(), machine).planInstall(),
      )
      await within(systemctl.env, () => expect(plan.apply()).rejects.toThrow(`Failed to ${fault} unit`))
      expect(readdirSync(unitDirectory), fault).toEqual([])
    }
  })

  it('puts back what was there when new units are not taken', async () => {
    const [systemctl, unitDirectory] = [fakeSystemctl(), temporaryDirectory()]
    const target = await awkwardTarget()
    const scheduler = systemdScheduler(target, { ...thisMachine(), uid: 0, unitDirectory })
    await within(systemctl.env, async () => (await scheduler.planInstall()).apply())
    const [name = ''] = readdirSync(unitDirectory).filter((file) => file.endsWith('-daily.timer'))
    writeFileSync(join(unitDirectory, name), '# an older one\n')
    systemctl.breakBy('restart')
    await within(systemctl.env, async () => {
      expect(await scheduler.installed()).toMatchObject({ current: false })
      await expect((await scheduler.planInstall()).apply()).rejects.toThrow('Failed to restart')
    })
    expect(readFileSync(join(unitDirectory, name), 'utf8')).toBe('# an older one\n')
    expect(readdirSync(unitDirectory)).toHaveLength(unitsOf(target).length)
  })

  it('starts timers again that somebody stopped', async () => {
    const [systemctl, unitDirectory] = [fakeSystemctl(), temporaryDirectory()]
    const scheduler = systemdScheduler(await awkwardTarget(), { ...thisMachine(), uid: 0, unitDirectory })
    await within(systemctl.env, async () => {
      await (await scheduler.planInstall()).apply()
      expect(await scheduler.installed()).toMatchObject({ current: true })
      systemctl.breakBy('stopped')
      expect(await scheduler.installed()).toMatchObject({ current: false })
      systemctl.write('')
      const plan = await scheduler.planInstall()
      expect(plan.changes).toContainEqual(expect.stringMatching(/^start hubkeeper-hub-.*-daily\.timer$/))
      await plan.apply()
    })
    expect(systemctl.text()).toMatch(/^restart hubkeeper-hub-/m)
  })

  it('removes what is left of a schedule whose timers somebody deleted', async () => {
    const [systemctl, unitDirectory] = [fakeSystemctl(), temporaryDirectory()]
    const scheduler = systemdScheduler(await awkwardTarget(), { ...thisMachine(), uid: 0, unitDirectory })
    await within(systemctl.env, async () => {
      await (await scheduler.planInstall()).apply()
      for (const name of readdirSync(unitDirectory)) {
        if (name.endsWith('.timer')) rmSync(join(unitDirectory, name))
      }
      systemctl.write('')
      await (await scheduler.planUninstall()).apply()
    })
    expect(readdirSync(unitDirectory)).toEqual([])
    expect(systemctl.text()).toBe('daemon-reload\n')
  })

  it('says what else there is where no systemd runs', async () => {
    const [hub, systemctl] = [sampleHub(), fakeSystemctl()]
    systemctl.breakBy('offline')
    const { code, err } = await hubkeeper(hub.directory, ['schedule', 'install', '--systemd', '--yes'], {
      env: systemctl.env,
    })
    expect(code).toBe(3)
    expect(err).toMatch(/--crontab.*hubkeeper watch/)
  })

  it.skipIf(!hasAnalyze)(`refuses a time zone that systemd does not know${withoutAnalyze}`, async () => {
    const target = await awkwardTarget({ timeZone: '+05:30' })
    const machine = { ...thisMachine(), uid: 0, unitDirectory: temporaryDirectory() }
    await expect(systemdScheduler(target, machine).planInstall()).rejects.toThrow(
      'systemd cannot read a time',
    )
  })
})

/** With these variables in the environment of this process, which starts programs by name. */
async function within<T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    return await work()
  } finally {
    for (const name of Object.keys(env)) {
      const old = before[name]
      if (old === undefined) delete process.env[name]
      else process.env[name] = old
    }
  }
}
