import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'
import { canTrace, disorderOf, type Traced, traced } from './support/tracing.ts'

const named = (calls: readonly Traced[]): string[] =>
  calls.flatMap((traced) => (traced.call === 'rename' ? [basename(traced.to).replace(/-.*\./, '.')] : []))

describe.skipIf(!canTrace)('what is put in place (skipped without strace)', () => {
  it.each([
    { command: 'backup --force', files: ['hub.db', 'manifest.json', 'certificate.json', 'head.json'] },
    {
      command: 'run database-maintenance --force',
      files: ['hub.db', 'manifest.json', 'certificate.json'],
    },
    { command: 'restore --yes', files: ['hub.db', 'manifest.json', 'certificate.json'] },
  ])('by $command is synced before it gets its name, and its directory after', async ({ command, files }) => {
    const hub = sampleHub({ articles: 20 })
    hub.configure({ database: { crossCheckMaxBytes: 0 } })
    expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
    hub.execute("INSERT INTO commands VALUES ('new', 'committed')")
    const calls = await traced(hub.directory, command.split(' '))
    expect(named(calls)).toEqual(expect.arrayContaining(files))
    expect(disorderOf(calls)).toEqual([])
  })

  it('by a restore into a live database is synced by SQLite', async () => {
    const hub = sampleHub({ articles: 20, journalMode: 'wal' })
    hub.configure({ database: { authority: 'server', crossCheckMaxBytes: 0 } })
    const server = new DatabaseSync(hub.database)
    expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
    server.exec("INSERT INTO commands VALUES ('new', 'committed')")
    const calls = await traced(hub.directory, ['restore', '--yes'])
    server.close()
    const synced = calls.flatMap((traced) => (traced.call === 'sync' ? [basename(traced.path)] : []))
    expect(synced).toContain('hub.db-wal')
    expect(disorderOf(calls)).toEqual([])
  })
})
