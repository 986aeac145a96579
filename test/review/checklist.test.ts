import { readFileSync } from 'node:fs'
import { finding } from '@hubkeeper/core'
import {
  checklistCadences,
  checklistFinding,
  checklistSection,
  checklistState,
  itemNamed,
  itemsOf,
  knownItems,
} from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { attacks } from './hostile.ts'
import { checklistOf, type Given, health, itemOf, type Run, signature } from './support/checklists.ts'

describe('checklists', () => {
  it('have these items', () => {
    const titles = checklistCadences.map((each) => [each, itemsOf[each].map(({ title }) => title)])
    expect(Object.fromEntries(titles)).toEqual({
      daily: [
        'System health check completed',
        'No critical errors in logs',
        'Database accessible and healthy',
        'API endpoints responding',
        'Disk space below 80 %',
        'All services running',
      ],
      weekly: [
        'Dependencies updated (security patches)',
        'Database optimized and backed up',
        'Performance metrics reviewed',
        'Logs rotated and cleaned',
        'Old backups cleaned up',
        'Resource usage monitored',
      ],
      monthly: [
        'Security audit completed',
        'Performance analysis generated',
        'Search indexes optimized',
        'Content quality checked',
        'Documentation updated',
        'Monitoring alerts reviewed',
      ],
      quarterly: [
        'Major version updates planned',
        'Architecture review completed',
        'Disaster recovery tested',
        'Security policies updated',
        'Scalability assessment done',
        'Team training updated',
      ],
    })
  })

  it('name each item once, by an id in kebab-case that its title leads to', () => {
    const ids = knownItems().map(({ id }) => id)
    expect(new Set(ids).size).toBe(24)
    for (const { id, title } of knownItems()) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(itemNamed(title)).toMatchObject({ id })
    }
  })

  it('are explained item by item', () => {
    const guide = readFileSync(new URL('../../docs/checklists.md', import.meta.url), 'utf8')
    for (const { id, title } of knownItems()) expect(guide).toContain(`\n| \`${id}\` | ${title} | `)
  })

  it('ask only tasks that there are', () => {
    const names = new Set(tasks.map(({ name }) => name))
    const asked = Object.values(itemsOf).flatMap((items) =>
      items.flatMap(({ against = [], evidence }) => [...evidence, ...against].map(({ task }) => task)),
    )
    expect(asked.filter((task) => !names.has(task))).toEqual([])
  })

  it('are open without evidence: nothing is ticked by default', async () => {
    for (const cadence of checklistCadences) {
      const checklist = await checklistOf(cadence)
      expect(new Set(checklist.items.map(({ state }) => state))).toEqual(new Set(['open']))
      expect(checklist.items.every(({ evidence }) => evidence.length > 0)).toBe(true)
      expect(checklistState(checklist)).toBe('open')
    }
  })

  it('are open where a run found nothing of it', async () => {
    const empty = tasks.map(({ name }): Run => ({ task: name }))
    for (const cadence of checklistCadences) {
      const { items } = await checklistOf(cadence, { runs: empty })
      const done = new Set(
        itemsOf[cadence].filter(({ evidence }) => evidence[0]?.kind === 'done').map(({ id }) => id),
      )
      expect(items.filter(({ state }) => state === 'ticked').map(({ id }) => id)).toEqual([...done])
    }
  })
})

describe('a report carries a checklist', () => {
  const everything: Given = {
    runs: [
      health(
        finding('logs.critical', 'ok', { subject: 'a.log', actual: 0 }),
        finding('logs.errors', 'ok', { subject: 'a.log', actual: 0 }),
        finding('database.readable', 'ok', { subject: 'hub.db' }),
        finding('database.integrity', 'ok', { subject: 'hub.db', actual: 0 }),
        finding('api.available', 'warning', { subject: '/health', actual: 'HTTP 200, degraded' }),
        finding('disk.usage', 'ok', { subject: '/', actual: 10 }),
        finding('services.running', 'ok', { subject: 'api', actual: 'running' }),
      ),
    ],
  }

  it('as a finding', async () => {
    expect(checklistFinding(await checklistOf('daily', everything))).toMatchObject({
      check: 'checklist.complete',
      subject: 'daily',
      status: 'ok',
      expected: '6 of 6 ticked',
      actual: '6 of 6 ticked',
      evidence: [],
    })
    expect(checklistFinding(await checklistOf('monthly'))).toMatchObject({
      status: 'warning',
      actual: '0 of 6 ticked, 6 open',
    })
    const down = health(finding('api.available', 'critical', { subject: '/health', actual: 'no answer' }))
    const told = checklistFinding(await checklistOf('daily', { runs: [down] }))
    expect(told).toMatchObject({ status: 'critical', actual: '1 of 6 ticked, 4 open, 1 failed' })
    expect(told.evidence).toContainEqual(
      expect.stringMatching(
        /^failed: API endpoints responding: health-check of .*: api.available \/health: no answer, critical$/,
      ),
    )
  })

  it('as a section of a page', async () => {
    const section = checklistSection(await checklistOf('daily', everything))
    expect(section.heading).toBe('Checklist: daily')
    const [told, table] = section.blocks
    expect(told).toMatchObject({
      kind: 'paragraph',
      text: expect.stringMatching(/^6 of 6 ticked\. Evidence is/),
    })
    if (table?.kind !== 'table') throw new Error('no table')
    expect(table.rows).toHaveLength(6)
    expect(table.rows[0]?.[0]).toEqual({ text: 'ticked', status: 'ok' })
  })

  it('in which nobody’s text is more than a part of one line', async () => {
    for (const text of attacks) {
      const given: Given = {
        runs: [health(finding('disk.usage', 'critical', { subject: text, actual: text.repeat(40) }))],
        signatures: [signature('team-training-updated', { by: text.slice(0, 100), note: text })],
      }
      const items = [
        await itemOf('disk-space-below-80-percent', given),
        await itemOf('team-training-updated', given),
      ]
      for (const line of items.flatMap(({ evidence }) => evidence)) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(line.length).toBeLessThan(600)
      }
    }
  })
})
