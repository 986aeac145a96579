import { type ComparedIssue, type Issue, sarifOf, type ToolRun } from '@hubkeeper/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'

const messageSchema = z.strictObject({ text: z.string().min(1) })

/** What is used of the schema that OASIS publishes, and nothing besides. */
const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          informationUri: z.url().optional(),
          version: z.string().optional(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: messageSchema,
              helpUri: z.url().optional(),
              properties: z.looseObject({ tags: z.array(z.string()) }),
            }),
          ),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string() }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      originalUriBaseIds: z.record(z.string(), z.strictObject({ description: messageSchema })),
      invocations: z.array(
        z.strictObject({
          executionSuccessful: z.boolean(),
          endTimeUtc: z.iso.datetime(),
          toolExecutionNotifications: z
            .array(
              z.strictObject({ level: z.enum(['none', 'note', 'warning', 'error']), message: messageSchema }),
            )
            .optional(),
        }),
      ),
      results: z
        .array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level: z.enum(['none', 'note', 'warning', 'error']),
            message: messageSchema,
            locations: z
              .array(
                z.strictObject({
                  physicalLocation: z
                    .strictObject({
                      artifactLocation: z.strictObject({ uri: z.string(), uriBaseId: z.string().optional() }),
                      region: z.strictObject({ startLine: z.int().min(1) }).optional(),
                    })
                    .optional(),
                  logicalLocations: z
                    .array(
                      z.strictObject({ name: z.string(), fullyQualifiedName: z.string(), kind: z.string() }),
                    )
                    .optional(),
                }),
              )
              .min(1)
              .optional(),
            partialFingerprints: z.record(z.string(), z.string()),
            baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']),
            suppressions: z.array(
              z.strictObject({
                kind: z.enum(['inSource', 'external']),
                status: z.enum(['accepted', 'underReview', 'rejected']),
                justification: z.string(),
              }),
            ),
            properties: z.looseObject({}),
          }),
        )
        .optional(),
    }),
  ),
})

const issueOf = (changes: Partial<Issue> = {}): Issue => ({
  tool: 'bandit',
  check: 'code.findings',
  rule: 'B602',
  aliases: [],
  severity: 'high',
  message: 'said',
  location: { path: 'app/main.py', line: 5 },
  package: null,
  url: null,
  fixVersions: [],
  fingerprint: 'f1',
  ...changes,
})

const compared = (issue: Partial<Issue>, rest: Partial<ComparedIssue> = {}): ComparedIssue => ({
  issue: issueOf(issue),
  change: 'new',
  accepted: null,
  ...rest,
})

const looked = (tool: ToolRun['tool'], changes: Partial<ToolRun> = {}): ToolRun => ({
  tool,
  version: null,
  failure: null,
  unread: [],
  ...changes,
})

/** As another program reads it. */
const written = (runs: readonly ToolRun[], issues: readonly ComparedIssue[]) =>
  sarifSchema.parse(
    JSON.parse(
      JSON.stringify(
        sarifOf({ hub: 'hub one', runs, issues, at: new Date('2026-12-01T10:00:00Z'), run: 'r' }),
      ),
    ),
  ).runs

describe('a log in SARIF', () => {
  it('has a run for each tool, with its results', () => {
    const runs = written(
      [looked('bandit', { version: '1.6.2' }), looked('hubkeeper')],
      [
        compared({}),
        compared({ tool: 'hubkeeper', check: 'endpoint.closed', rule: 'endpoint.closed', location: null }),
      ],
    )
    expect(runs.map(({ results, tool }) => [tool.driver.name, tool.driver.version, results?.length])).toEqual(
      [
        ['Bandit', '1.6.2', 1],
        ['Hubkeeper', undefined, 1],
      ],
    )
    expect(runs[1]?.tool.driver.rules[0]?.shortDescription.text).toBe('Administration is closed to strangers')
    expect(runs[0]?.automationDetails.id).toBe('hubkeeper/hub%20one/bandit/r')
  })

  it('names each rule once, and results point to it', () => {
    const [run] = written(
      [looked('bandit')],
      [
        compared({}),
        compared({ fingerprint: 'f2' }),
        compared({ rule: 'B105', severity: 'low', fingerprint: 'f3' }),
      ],
    )
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['B602', 'B105'])
    expect(run?.results?.map(({ ruleIndex, level }) => [ruleIndex, level])).toEqual([
      [0, 'error'],
      [0, 'error'],
      [1, 'note'],
    ])
  })

  it('says what a result has to do with the last time, and who accepted it', () => {
    const [run] = written(
      [looked('bandit')],
      [
        compared({}, { change: 'unchanged', accepted: { reason: 'only in tests', until: '2027-03-31' } }),
        compared({ fingerprint: 'f2' }, { change: 'absent' }),
      ],
    )
    expect(run?.results?.map(({ baselineState }) => baselineState)).toEqual(['unchanged', 'absent'])
    expect(run?.results?.[0]?.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'only in tests (until 2027-03-31)' },
    ])
    expect(run?.results?.[1]?.suppressions).toEqual([])
    expect(run?.results?.[0]?.partialFingerprints).toEqual({ 'hubkeeper/v1': 'f1' })
  })

  it('has no results of a tool that did not look, which is not the same as none', () => {
    const [run] = written([looked('trivy-fs', { failure: 'there is no program trivy' })], [])
    expect(run?.results).toBeUndefined()
    expect(run?.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error', message: { text: 'there is no program trivy' } }],
    })
    expect(written([looked('trivy-fs')], [])[0]?.results).toEqual([])
  })

  it('names what could not be read', () => {
    const [run] = written([looked('bandit', { unread: ['app/broken.py: no Python'] })], [])
    expect(run?.invocations[0]?.toolExecutionNotifications).toEqual([
      { level: 'warning', message: { text: 'app/broken.py: no Python' } },
    ])
  })

  it('gives places as URIs below their base, URLs as they are, and packages by name', () => {
    const places = written(
      [looked('bandit'), looked('trivy-image')],
      [
        compared({ location: { path: 'app/mein café #1.py', line: null } }),
        compared({ location: { path: 'https://hub.example.org/admin', line: null }, fingerprint: 'f2' }),
        compared({
          tool: 'trivy-image',
          location: null,
          package: { name: 'apt', version: '2.6.1' },
          fingerprint: 'f3',
        }),
      ],
    ).flatMap(({ results }) => results?.map(({ locations }) => locations?.[0]))
    expect(places).toEqual([
      { physicalLocation: { artifactLocation: { uri: 'app/mein%20caf%C3%A9%20%231.py', uriBaseId: 'HUB' } } },
      { physicalLocation: { artifactLocation: { uri: 'https://hub.example.org/admin' } } },
      { logicalLocations: [{ name: 'apt', fullyQualifiedName: 'apt@2.6.1', kind: 'package' }] },
    ])
  })

  it('lets no stranger put a placeholder or a link into a message', () => {
    const [run] = written(
      [looked('bandit')],
      [compared({ message: '{0} [click](https://evil.example) {x}' })],
    )
    expect(run?.results?.[0]?.message.text).toBe('{{0}} [click] (https://evil.example) {{x}}')
  })

  it('keeps to the format whatever strangers write', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 })
    fc.assert(
      fc.property(text, text, text, (rule, message, path) => {
        const runs = written(
          [looked('bandit')],
          [compared({ rule, message: message || 'x', location: { path, line: null } })],
        )
        expect(runs[0]?.results).toHaveLength(1)
      }),
    )
  })
})
