import { checkOf } from '@hubkeeper/core'
import type { ComparedIssue, Issue, IssueTool, ToolRun } from './scanners/issue.ts'
import type { Severity } from './severity.ts'

/** What a SARIF log is made of. */
export interface SarifRequest {
  readonly hub: string
  readonly runs: readonly ToolRun[]
  readonly issues: readonly ComparedIssue[]
  readonly at: Date
  /** ULID of the run that found them. */
  readonly run: string
}

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

const tools: Readonly<Record<IssueTool, { readonly name: string; readonly url: string | null }>> = {
  bandit: { name: 'Bandit', url: 'https://bandit.readthedocs.io/' },
  'pip-audit': { name: 'pip-audit', url: 'https://pypi.org/project/pip-audit/' },
  'trivy-fs': { name: 'Trivy', url: 'https://trivy.dev/' },
  'trivy-image': { name: 'Trivy', url: 'https://trivy.dev/' },
  ecr: {
    name: 'Amazon ECR image scanning',
    url: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  },
  hubkeeper: { name: 'Hubkeeper', url: null },
}

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note' | 'none'>> = {
  critical: 'error',
  high: 'error',
  unknown: 'warning',
  medium: 'warning',
  low: 'note',
  none: 'none',
}

/**
 * Issues as a log in the Static Analysis Results Interchange Format, version 2.1.0 plus errata 01 of OASIS: a run for
 * each tool. A tool that did not look has no `results` at all, which says something else than an empty list.
 */
export function sarifOf({ at, hub, issues, run, runs }: SarifRequest): object {
  const byTool = Map.groupBy(issues, ({ issue }) => issue.tool)
  return {
    $schema: schema,
    version: '2.1.0',
    runs: runs.map((each) => runOf(each, byTool.get(each.tool) ?? [], { at, hub, run })),
  }
}

function runOf(
  { failure, tool, unread, version }: ToolRun,
  issues: readonly ComparedIssue[],
  { at, hub, run }: Pick<SarifRequest, 'at' | 'hub' | 'run'>,
): object {
  const rules = [...Map.groupBy(issues, ({ issue }) => issue.rule).values()].flatMap(([first]) =>
    first === undefined ? [] : [first.issue],
  )
  const indexes = new Map(rules.map(({ rule }, index) => [rule, index]))
  const notifications = [
    ...(failure === null ? [] : [{ level: 'error', message: { text: messageText(failure) } }]),
    ...unread.map((text) => ({ level: 'warning', message: { text: messageText(text) } })),
  ]
  return {
    tool: {
      driver: {
        name: tools[tool].name,
        ...(tools[tool].url === null ? {} : { informationUri: tools[tool].url }),
        ...(version === null ? {} : { version }),
        rules: rules.map(ruleOf),
      },
    },
    automationDetails: { id: `hubkeeper/${encodeURIComponent(hub)}/${tool}/${run}` },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: {
      HUB: { description: { text: 'the directory of the hub' } },
      IMAGE: { description: { text: 'the root of the container image' } },
    },
    invocations: [
      {
        executionSuccessful: failure === null,
        endTimeUtc: at.toISOString(),
        ...(notifications.length === 0 ? {} : { toolExecutionNotifications: notifications }),
      },
    ],
    ...(failure === null ? { results: issues.map((each) => resultOf(each, indexes)) } : {}),
  }
}

/** A number that several readers of SARIF sort by; not one of the standard. */
const securitySeverity: Readonly<Record<Severity, string | null>> = {
  critical: '9.5',
  high: '8.0',
  unknown: null,
  medium: '5.0',
  low: '2.0',
  none: '0.0',
}

function ruleOf({ check, message, rule, severity, tool, url }: Issue): object {
  const score = securitySeverity[severity]
  // Readers show it above all that a rule found: what it says of the first is what it is about.
  const text = tool === 'hubkeeper' ? checkOf(check).title : message === '' ? rule : message
  return {
    id: rule,
    shortDescription: { text: messageText(text) },
    ...(url === null ? {} : { helpUri: url }),
    properties: { tags: ['security'], ...(score === null ? {} : { 'security-severity': score }) },
  }
}

function resultOf({ accepted, change, issue }: ComparedIssue, indexes: ReadonlyMap<string, number>): object {
  const { check, fingerprint, fixVersions, message, rule, severity } = issue
  const locations = locationsOf(issue)
  return {
    ruleId: rule,
    ruleIndex: indexes.get(rule) ?? -1,
    level: levels[severity],
    message: { text: messageText(message === '' ? rule : message) },
    ...(locations.length === 0 ? {} : { locations }),
    partialFingerprints: { 'hubkeeper/v1': fingerprint },
    baselineState: change,
    suppressions:
      accepted === null
        ? []
        : [
            {
              kind: 'external',
              status: 'accepted',
              justification: messageText(`${accepted.reason} (until ${accepted.until})`),
            },
          ],
    properties: {
      check,
      severity,
      ...(issue.aliases.length === 0 ? {} : { aliases: issue.aliases }),
      ...(fixVersions.length === 0 ? {} : { fixVersions }),
    },
  }
}

function locationsOf({ location, package: about, tool }: Issue): object[] {
  const uriBaseId = tool === 'trivy-image' || tool === 'ecr' ? 'IMAGE' : 'HUB'
  const physical =
    location === null
      ? {}
      : {
          physicalLocation: {
            artifactLocation: artifactOf(location.path, uriBaseId),
            ...(location.line === null ? {} : { region: { startLine: location.line } }),
          },
        }
  const logical =
    about === null
      ? {}
      : {
          logicalLocations: [
            { name: about.name, fullyQualifiedName: `${about.name}@${about.version}`, kind: 'package' },
          ],
        }
  const both = { ...physical, ...logical }
  return Object.keys(both).length === 0 ? [] : [both]
}

/** An absolute place, such as the name of a bucket as a URL, stands alone; what is a path stands below its base. */
function artifactOf(path: string, uriBaseId: string): object {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path) && URL.canParse(path)) return { uri: new URL(path).href }
  const segments = path.split('/').filter((segment) => segment !== '')
  return { uri: segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/'), uriBaseId }
}

/** A text in which no reader of SARIF sees a placeholder or a link of strangers (3.11.5, 3.11.6). */
const messageText = (text: string): string => text.replace(/[{}]/g, '$&$&').replaceAll('](', '] (')
