import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'

const shownSchema = z.object({
  expected: z.array(
    z.looseObject({
      table: z.string(),
      percent: z.number(),
      usedBy: z.string().nullable(),
      open: z.boolean(),
    }),
  ),
})

const expectedOf = async (directory: string) =>
  shownSchema.parse(JSON.parse((await hubkeeper(directory, ['expect', '--list', '--json'])).out)).expected

describe('hubkeeper expect', () => {
  it('remembers what tables may lose, until the backup that shows it', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const args = ['expect', '--rows', 'articles=-90%', '--rows', 'commands=gone', '--by', 'anna']
    const said = await hubkeeper(hub.directory, [...args, '--reason', 'a new handbook'])
    expect(said.code).toBe(0)
    expect(said.out).toMatch(
      /^articles may lose up to 90 % of its rows until \S+, says anna: a new handbook$/m,
    )
    expect(said.out).toMatch(/^commands may lose all of its rows until /m)
    expect(await expectedOf(hub.directory)).toMatchObject([
      { table: 'articles', percent: 90, usedBy: null, open: true },
      { table: 'commands', percent: 100, usedBy: null, open: true },
    ])
    hub.execute('DELETE FROM articles WHERE id % 3 <> 0')
    const run = await runTask(hub.directory, ['backup'])
    expect(run.finding('content.vanished').status).toBe('ok')
    const [backup] = run.report.artifacts
    const used = await expectedOf(hub.directory)
    expect(backup?.key).toContain(`/${used[0]?.usedBy}/`)
    expect(used).toMatchObject([{ open: false }, { usedBy: null, open: true }])
    const listed = await hubkeeper(hub.directory, ['expect', '--list'])
    expect(listed.out).toContain(`used up by ${used[0]?.usedBy}`)
  })

  it('can be taken back', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    await hubkeeper(hub.directory, ['expect', '--rows', 'commands=-100%'])
    expect((await hubkeeper(hub.directory, ['expect', '--clear'])).out).toContain(': not any more')
    expect(await expectedOf(hub.directory)).toMatchObject([{ open: false }])
    hub.execute('DELETE FROM commands')
    const run = await runTask(hub.directory, ['backup'])
    expect(run.finding('content.vanished', 'commands').status).toBe('critical')
    expect((await hubkeeper(hub.directory, ['expect', '--clear'])).out).toContain('no table was expected')
  })

  it('knows the tables that there are', async () => {
    const hub = sampleHub()
    const early = await hubkeeper(hub.directory, ['expect', '--rows', 'articles=-40%'])
    expect(early).toMatchObject({ code: 2, err: expect.stringContaining('there is no proven backup yet') })
    await runTask(hub.directory, ['backup'])
    const wrong = await hubkeeper(hub.directory, ['expect', '--rows', 'artikles=-40%'])
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.err).toContain('holds no table artikles')
    expect(wrong.err).toMatch(/it holds .*articles.*commands/)
    const forced = ['expect', '--rows', 'artikles=-40%', '--force']
    expect((await hubkeeper(hub.directory, forced)).code).toBe(0)
  })

  it.each([
    ['a gain', ['--rows', 'articles=40%']],
    ['more than there is', ['--rows', 'articles=-140%']],
    ['nothing', ['--rows', 'articles=-0%']],
    ['no table', ['--rows', '=-40%']],
    ['nothing at all', []],
    ['two things at once', ['--list', '--clear']],
    ['an end that is past', ['--rows', 'articles=-40%', '--until', '2020-01-01']],
    ['an end that is far', ['--rows', 'articles=-40%', '--until', '2099-01-01']],
  ])('refuses %s', async (_, args) => {
    const hub = sampleHub()
    expect(await hubkeeper(hub.directory, ['expect', ...args, '--force'])).toMatchObject({ code: 2, out: '' })
  })
})

describe('hubkeeper backups accept', () => {
  it('refuses what is not in quarantine, and names what is', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    hub.execute('DELETE FROM commands')
    const run = await runTask(hub.directory, ['backup'])
    const held = run.finding('backup.quarantined').subject ?? ''
    const accept = (id: string) => hubkeeper(hub.directory, ['backups', 'accept', id, '--reason', 'meant'])
    expect(await accept('20200101T000000Z-000000')).toMatchObject({
      code: 3,
      err: expect.stringContaining('there is no backup 20200101T000000Z-000000'),
    })
    const list = await hubkeeper(hub.directory, ['backups', 'list', '--json'])
    const [first] = z
      .object({ backups: z.array(z.looseObject({ manifest: z.looseObject({ id: z.string() }) })) })
      .parse(JSON.parse(list.out)).backups
    expect(await accept(first?.manifest.id ?? '')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`in quarantine are ${held}`),
    })
    expect((await accept(held)).code).toBe(0)
    expect(JSON.parse(readFileSync(`${hub.directory}/state/backups/quarantine.json`, 'utf8'))).toEqual({
      quarantined: {},
    })
    const again = await runTask(hub.directory, ['backup'])
    expect(again.code).toBe(0)
    expect(again.finding('backup.certified').actual).toContain('still reads back bit for bit')
  })
})
