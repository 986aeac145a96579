import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ConfigInput, Report } from '@hubkeeper/core'
import * as z from 'zod'
import { dependencyUpdate } from '../../../functions/dependency-update/task.ts'
import { sampleHub, type TestHub } from '../../support/hub.ts'
import { about, advisory, type SampleRecord, until } from '../../support/osv-records.ts'
import { osvServer } from '../../support/osv-server.ts'
import { type IndexContents, packageIndexServer, projectOf } from '../../support/package-index-server.ts'
import { runHere } from '../../support/run-here.ts'

/** What a hub may be configured to be audited by. */
export type AuditInput = NonNullable<ConfigInput['hubs'][string]['audit']>

/** CVSS 9.8. */
export const critical = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]

/** One critical flaw of lamp that two databases tell of, and one of mirror that nobody rated. */
export const records: readonly SampleRecord[] = [
  advisory('PYSEC-2026-1', about('lamp', { ranges: [until('1.3.2')] }), {
    aliases: ['CVE-2026-1000'],
    severity: critical,
  }),
  advisory('GHSA-aaaa-bbbb-cccc', about('lamp', { ranges: [until('1.3.2')] }), {
    aliases: ['CVE-2026-1000'],
    severity: critical,
  }),
  advisory('PYSEC-2026-2', about('mirror', { ranges: [until('3.0')] })),
]

/** What the index has of each package. */
export const projects = {
  lamp: projectOf('1.3.0', '1.3.2', '1.4.0', '2.0.0'),
  mirror: projectOf('2.1.0', '2.1.1', '3.0.0'),
  lens: projectOf('1.0.0'),
}

/** What the hub asks for. */
export const requirements = 'lamp[oil]==1.3.0  # the light\nMirror==2.1.0\nlens==1.0.0\n'

const alertSchema = z.object({ audience: z.string(), severity: z.string(), subject: z.string() })

/** A hub whose dependencies are audited. */
export interface AuditedHub extends TestHub {
  write(key: string, text: string): void
  text(key: string): string
  /** Alerts so far, oldest first. */
  alerts(): z.output<typeof alertSchema>[]
  /** Replaces what it is audited by. */
  auditBy(audit: AuditInput): void
  audit(): ReturnType<typeof runHere>
  /** A document beside a report. */
  attachment(report: Report, name: string): string
}

/** A hub with these files, and with packages installed in its virtual environment. */
export function hubWith(
  files: Readonly<Record<string, string>>,
  installed: Readonly<Record<string, string>> = {},
): AuditedHub {
  const hub = sampleHub({ articles: 10 })
  const at = (key: string): string => join(hub.directory, key)
  const write = (key: string, text: string): void => {
    mkdirSync(dirname(at(key)), { recursive: true })
    writeFileSync(at(key), text)
  }
  const text = (key: string): string => readFileSync(at(key), 'utf8')
  for (const [key, content] of Object.entries(files)) write(key, content)
  for (const [name, version] of Object.entries(installed)) {
    write('.venv/pyvenv.cfg', 'home = /usr/bin\nversion = 3.11.4\n')
    write(
      `.venv/lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    )
  }
  return {
    ...hub,
    write,
    text,
    alerts() {
      const outbox = at('state/outbox')
      const names = existsSync(outbox) ? readdirSync(outbox).sort() : []
      return names.map((name) => alertSchema.parse(JSON.parse(text(`state/outbox/${name}`))))
    },
    auditBy: (audit) => hub.configure({ requirements: ['requirements*.txt'], audit }),
    audit: () => runHere(hub.directory, dependencyUpdate),
    attachment: ({ run, task }, name) => text(`reports/${task}/${run}/${name}`),
  }
}

interface ServedOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly installed?: Readonly<Record<string, string>>
  readonly audit?: AuditInput
  /** In place of what the index has of these. */
  readonly released?: NonNullable<IndexContents['projects']>
}

/** A hub that asks servers of the test’s for advisories and releases. */
export async function servedHub({
  audit,
  files = { 'requirements.txt': requirements },
  installed,
  released = {},
}: ServedOptions = {}) {
  const osv = await osvServer(records)
  const index = await packageIndexServer({
    // As they are, for some do something when they are asked for.
    projects: Object.defineProperties({ ...projects }, Object.getOwnPropertyDescriptors(released)),
  })
  const hub = hubWith(files, installed)
  hub.auditBy({
    advisories: { url: osv.url },
    releases: { pypi: index.url, npm: null },
    ...audit,
  })
  return { osv, index, hub }
}
