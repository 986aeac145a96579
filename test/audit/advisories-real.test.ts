import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AdvisoryFiles,
  advisoriesIn,
  flawsOf,
  type Vulnerability,
  vulnerabilitiesOf,
} from '@hubkeeper/audit'
import type { AdvisoryAnswer } from '@hubkeeper/core'
import { osvClient } from '@hubkeeper/http'
import { describe, expect, it } from 'vitest'
import { isCovered, isJudged } from '../support/osv-judgement.ts'
import { osvServer } from '../support/osv-server.ts'
import { realAdvisories, realPins, realRecords, withoutRealAdvisories } from '../support/real-advisories.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'

/** Files of a directory outside of any hub, as the command reads them. */
const filesIn = (directory: string): AdvisoryFiles => ({
  source: directory,
  async *files() {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const { mtime, size } = statSync(path)
      yield {
        name: path,
        bytes: size,
        modifiedAt: mtime,
        read: async (start: number, end: number) => readFileSync(path).subarray(start, end),
      }
    }
  },
})

const pair = ({ advisory, package: name, version }: Vulnerability): string => `${name} ${version} ${advisory}`

function pairsOf(answer: AdvisoryAnswer): string[] {
  if (answer.state !== 'done') throw new Error(answer.reason)
  return vulnerabilitiesOf(realPins(), answer.records, answer.matches).vulnerabilities.map(pair).sort()
}

const missing = realAdvisories === null ? withoutRealAdvisories : realHub === null ? withoutRealHub : null

describe.skipIf(missing !== null)(
  `the real hub and real advisories${missing === null ? '' : ` (${missing})`}`,
  () => {
    it('are judged alike by records that are stored, by a server, and by a second implementation', async () => {
      const records = realRecords()
      const named = records.map((record) => ({ record, id: Object(record).id }))
      const second = realPins()
        .flatMap((pin) =>
          named
            .filter(({ record }) => isCovered(record, pin))
            .map(({ id }) => `${pin.name} ${pin.version} ${id}`),
        )
        .sort()
      expect(second.length).toBeGreaterThan(20)

      const began = performance.now()
      const offline = await advisoriesIn(filesIn(realAdvisories ?? '')).query(realPins())
      const offlineSeconds = (performance.now() - began) / 1000
      expect(pairsOf(offline)).toEqual(second)

      const server = await osvServer(records)
      const asking = performance.now()
      const online = await osvClient({ url: server.url, memory: null, now: () => new Date() }).query(
        realPins(),
      )
      const onlineSeconds = (performance.now() - asking) / 1000
      expect(pairsOf(online)).toEqual(second)
      // One batch, and each advisory once.
      expect(online.requests).toBe(1 + new Set(second.map((text) => text.split(' ')[2])).size)

      const all =
        online.state === 'done' ? vulnerabilitiesOf(realPins(), online.records, online.matches) : null
      console.info(
        `${realPins().length} pins: ${second.length} pairs, ${flawsOf(all?.vulnerabilities ?? []).length} flaws; ` +
          `online ${online.requests} requests ${onlineSeconds.toFixed(2)} s, offline ${offlineSeconds.toFixed(2)} s`,
      )
    })

    it('agree with a second implementation for every version that any record names', () => {
      const records = realRecords()
      const disagreements: string[] = []
      let judged = 0
      const byName = Map.groupBy(records, (record) => String(Object(record).affected?.[0]?.package?.name))
      for (const [name, own] of byName) {
        const listed = own.flatMap((record) => bounds(record))
        const versions = [...new Set(listed)].filter((version) => isJudged('PyPI', version))
        const sample = versions.filter((_, index) => index % 5 === 0).slice(0, 15)
        const packages = sample.map((version) => ({ ecosystem: 'PyPI' as const, name, version }))
        const { vulnerabilities } = vulnerabilitiesOf(packages, own, null)
        const found = new Set(vulnerabilities.map(({ advisory, version }) => `${advisory} ${version}`))
        for (const about of packages) {
          for (const record of own) {
            judged += 1
            const id = String(Object(record).id)
            if (found.has(`${id} ${about.version}`) !== isCovered(record, about))
              disagreements.push(`${id} ${name} ${about.version}`)
          }
        }
      }
      expect(disagreements).toEqual([])
      expect(judged).toBeGreaterThan(3000)
      console.info(`${judged} pairs of a version and a record, no disagreement`)
    })
  },
)

/** Versions that a record names, in lists and as bounds. */
const bounds = (record: unknown): string[] =>
  (Object(record).affected ?? []).flatMap(
    (entry: { versions?: string[]; ranges?: { events: object[] }[] }) => [
      ...(entry.versions ?? []),
      ...(entry.ranges ?? []).flatMap(({ events }) => events.flatMap((event) => Object.values(event))),
    ],
  )
