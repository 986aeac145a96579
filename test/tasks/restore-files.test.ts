import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubkeeper, runTask } from '../support/cli.ts'
import { backupIds } from '../support/hub.ts'
import { restoreWith } from '../support/restoring.ts'
import { at, change, commands, filesNow, hubWithFiles, read } from './support/hub-with-files.ts'

describe('a backup of a hub with files', () => {
  it('keeps them, and is made anew when one of them changes, or when its copy of one is damaged', async () => {
    const hub = hubWithFiles()
    const first = await runTask(hub.directory, ['backup'])
    expect(first.finding('files.kept')).toMatchObject({
      status: 'ok',
      actual: expect.stringMatching(/^6 files/),
    })
    const [id] = backupIds(hub)
    const kept = JSON.parse(readFileSync(at(hub, `backups/${id}/manifest.json`), 'utf8'))
    expect(kept.files[0]).toMatchObject({ key: 'config/a.toml', bytes: 5, mode: 0o640 })
    await runTask(hub.directory, ['backup'])
    expect(backupIds(hub)).toHaveLength(1)
    writeFileSync(at(hub, 'config/a.toml'), 'a = 2')
    await runTask(hub.directory, ['backup'])
    expect(backupIds(hub)).toHaveLength(2)
    const [, second] = backupIds(hub)
    writeFileSync(at(hub, `backups/${second}/files/config/a.toml`), 'a = 3')
    await runTask(hub.directory, ['backup'])
    expect(backupIds(hub)).toHaveLength(3)
  })
})

describe('a restore of a hub with files', () => {
  it('puts back the database alone, and its preview says which files differ and how to include them', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    const { out } = await hubkeeper(hub.directory, ['restore', '--dry-run'])
    for (const line of [
      /commands +4 +3 +−1$/m,
      /\d tables are equal/,
      /2 of 6 files differ, and stay as they are: add --with-files/,
      /changed: config\/a.toml/,
      /missing: config\/b.toml/,
      /only here, and left as it is: config\/new.toml/,
    ]) {
      expect(out).toMatch(line)
    }
    const { report } = await runTask(hub.directory, ['restore', '--dry-run'])
    const figures = report.figures.filter(({ subject }) => subject === 'commands')
    expect(Object.fromEntries(figures.map(({ name, value }) => [name, value]))).toEqual({
      'table.rows-now': 4,
      'table.rows-in-backup': 3,
      'table.rows-added': 0,
      'table.rows-changed': 0,
      'table.rows-lost': 1,
    })
    expect((await runTask(hub.directory, ['restore', '--yes'])).code).toBe(0)
    expect([commands(hub), ...filesNow(hub)]).toEqual([3, 'a = 2', null, 'new'])
  })

  it('with files puts back both, says so of each, and is undone with both', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    const restored = await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    expect(restored.code).toBe(0)
    expect([commands(hub), ...filesNow(hub)]).toEqual([3, 'a = 1', 'b = 1', 'new'])
    expect(statSync(at(hub, 'config/a.toml')).mode & 0o777).toBe(0o640)
    expect(restored.finding('files.restored', 'config/a.toml').actual).toBe('put back: it was another one')
    expect(restored.finding('files.restored', 'config/b.toml').actual).toBe('put back: it was missing')
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    // What did not exist before the restore is left.
    expect([commands(hub), ...filesNow(hub)]).toEqual([4, 'a = 2', 'b = 1', 'new'])
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), ...filesNow(hub)]).toEqual([3, 'a = 1', 'b = 1', 'new'])
  })

  it('of many files names the first ones, and says how many more there are', async () => {
    const hub = hubWithFiles()
    const many = Array.from({ length: 120 }, (_, i) => at(hub, `config/many-${i}.toml`))
    for (const path of many) writeFileSync(path, 'a = 1')
    await runTask(hub.directory, ['backup'])
    for (const path of many) writeFileSync(path, 'a = 2')
    const restored = await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    expect(restored.finding('files.restored', '70 more files').actual).toBe('put back: it was another one')
    expect(many.every((path) => readFileSync(path, 'utf8') === 'a = 1')).toBe(true)
  })

  it('of files only leaves the database alone, and so does its undo', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    const restored = await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    expect(restored.report.findings.map(({ check }) => check)).not.toContain('content.preserved')
    expect([commands(hub), ...filesNow(hub)]).toEqual([4, 'a = 1', 'b = 1', 'new'])
    hub.execute("INSERT INTO commands VALUES ('even later', 'row')")
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), read(hub, 'config/a.toml')]).toEqual([5, 'a = 2'])
  })

  it('refuses a backup whose copy of a file was changed, and touches nothing', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    const [id] = backupIds(hub)
    change(hub)
    rmSync(at(hub, `backups/${id}/files/config/c.toml`))
    const { code, report } = await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    expect([code, report.error?.code]).toEqual([3, 'backup-unsound'])
    expect(report.error).toMatchObject({
      message: expect.stringContaining('config/c.toml'),
      hint: expect.stringContaining('nothing was touched'),
    })
    expect([commands(hub), ...filesNow(hub), backupIds(hub)]).toEqual([4, 'a = 2', null, 'new', [id]])
  })

  it('puts nothing where a link lies now, and says so', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    const outside = join(hub.directory, '..', 'outside')
    writeFileSync(outside, 'mine')
    rmSync(at(hub, 'config/a.toml'))
    symlinkSync(outside, at(hub, 'config/a.toml'))
    const restored = await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    expect(restored.finding('files.restored', 'config/a.toml')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('link'),
    })
    expect(readFileSync(outside, 'utf8')).toBe('mine')
  })

  it('puts nothing where a directory lies now, and its preview says so', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    rmSync(at(hub, 'config/a.toml'))
    mkdirSync(at(hub, 'config/a.toml'))
    const preview = await hubkeeper(hub.directory, ['restore', '--files-only', '--dry-run'])
    expect(preview.out).toMatch(/config\/a\.toml.*no plain file/)
    const restored = await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    expect(restored.finding('files.restored', 'config/a.toml')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('is no plain file'),
    })
  })

  it('is refused when a file is written after it was looked at: nothing is touched', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    let looks = 0
    const report = await restoreWith(hub, { files: 'with' }, ({ files }) => ({
      files: {
        ...files,
        candidates: (patterns) => {
          looks += 1
          if (looks === 2) writeFileSync(at(hub, 'config/a.toml'), 'a = 33')
          return files.candidates(patterns)
        },
      },
    }))
    expect(report.error).toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining('config/a.toml'),
      hint: expect.stringContaining('run the task again'),
    })
    expect([commands(hub), ...filesNow(hub)]).toEqual([4, 'a = 33', null, 'new'])
  })

  it('that fails in the middle says what was put back and what was not; one line undoes it, or completes it', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    const failing = () =>
      restoreWith(hub, { files: 'with' }, ({ files }) => ({
        files: {
          ...files,
          replace: (key, path, options) => {
            if (key === 'config/b.toml') mkdirSync(at(hub, 'config/b.toml'))
            return files.replace(key, path, options)
          },
        },
      }))
    const report = await failing()
    expect(report).toMatchObject({
      status: 'failed',
      error: {
        message: expect.stringMatching(/^the database and 1 of 2 files were put back; not config\/b.toml: /),
        hint: expect.stringContaining('hubkeeper restore --undo'),
      },
    })
    rmSync(at(hub, 'config/b.toml'), { recursive: true })
    expect([commands(hub), ...filesNow(hub)]).toEqual([3, 'a = 1', null, 'new'])
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), ...filesNow(hub)]).toEqual([4, 'a = 2', null, 'new'])
    await failing()
    rmSync(at(hub, 'config/b.toml'), { recursive: true })
    await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    expect([commands(hub), ...filesNow(hub)]).toEqual([3, 'a = 1', 'b = 1', 'new'])
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), read(hub, 'config/a.toml')]).toEqual([4, 'a = 2'])
  })
})

describe('a restore to another place', () => {
  it('with files writes a tree, and never into a directory that holds something', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    const to = join(hub.directory, '..', 'copy', 'of-the-hub')
    const args = ['restore', 'latest', '--with-files', '--to', to]
    expect(await hubkeeper(hub.directory, args)).toMatchObject({ code: 0 })
    const written = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    expect(written.map(({ name }) => name).sort()).toEqual(
      ['a.toml', 'b.toml', 'c.toml', 'hub.db', 'main.json', 'requirements.txt', 'topics.json'].sort(),
    )
    expect(statSync(join(to, 'config/a.toml')).mode & 0o777).toBe(0o640)
    const again = await hubkeeper(hub.directory, args)
    expect(again).toMatchObject({ code: 3, err: expect.stringContaining('it is not empty') })
  })
})
