import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import type { ScanReading } from './code-finding.ts'
import { type DraftFinding, fingerprinted } from './fingerprint.ts'
import {
  anywhere,
  idsOf,
  linkOf,
  locationOf,
  notUnderstood,
  optionalList,
  optionalText,
  plainName,
  readEach,
  severityOf,
} from './texts.ts'

/** A moment as JSON of the API has it (seconds), or as text. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.number()])
  .optional()
  .catch(undefined)

const pageSchema = z.object({
  imageScanStatus: z.object({ status: z.string(), description: optionalText }),
  imageScanFindings: z
    .object({ findings: optionalList, enhancedFindings: optionalList, vulnerabilitySourceUpdatedAt: moment })
    .nullish(),
  nextToken: z.string().nullish().catch(undefined),
})

const attributeSchema = z.object({ key: z.string(), value: optionalText })

/** Of basic scanning: `ImageScanFinding`. */
const basicSchema = z.object({
  name: z.string().min(1),
  description: optionalText,
  uri: optionalText,
  severity: optionalText,
  attributes: z.array(attributeSchema).nullish().catch(undefined),
})

/** Of enhanced scanning: `EnhancedImageScanFinding`. */
const enhancedSchema = z.object({
  title: optionalText,
  description: optionalText,
  severity: optionalText,
  status: optionalText,
  packageVulnerabilityDetails: z.object({
    vulnerabilityId: z.string().min(1),
    sourceUrl: optionalText,
    vulnerablePackages: optionalList,
  }),
})

const packageSchema = z.object({
  name: z.string(),
  version: optionalText,
  filePath: optionalText,
  fixedInVersion: optionalText,
})

type Basic = z.infer<typeof basicSchema>
type Enhanced = z.infer<typeof enhancedSchema>

/** Basic scans end; enhanced ones stay active, and rate anew whatever becomes known. */
const finished = ['COMPLETE', 'ACTIVE']

/** Reads the answer of DescribeImageScanFindings, of basic or enhanced scanning, or a list of its pages. */
export function readEcr(value: unknown): ScanReading {
  const parsed = z
    .array(pageSchema)
    .min(1)
    .safeParse(Array.isArray(value) ? value : [value])
  if (!parsed.success) return { state: 'failed', reason: 'its JSON has no status of a scan' }
  const pages = parsed.data
  const unfinished = pages.find(({ imageScanStatus: { status } }) => !finished.includes(status))
  if (unfinished !== undefined) {
    const { description, status } = unfinished.imageScanStatus
    const said = description === undefined ? '' : `: ${description}`
    return { state: 'failed', reason: plainLine(`its scan is ${status}${said}`) }
  }
  const found = pages.map(({ imageScanFindings }) => imageScanFindings)
  if (found.every((each) => each === null || each === undefined)) {
    return { state: 'failed', reason: 'it says that the scan is complete, and tells no findings' }
  }
  const basic = readEach(
    found.flatMap((each) => each?.findings ?? []),
    basicSchema,
  )
  const enhanced = readEach(
    found.flatMap((each) => each?.enhancedFindings ?? []),
    enhancedSchema,
  )
  // A finding that is closed or suppressed in Inspector is nobody's concern any more.
  const open = enhanced.read.filter(({ status = 'ACTIVE' }) => status === 'ACTIVE')
  return {
    state: 'read',
    ...fingerprinted([...basic.read.map(ofBasic), ...open.flatMap(ofEnhanced)]),
    unread: [
      ...notUnderstood(basic.wrong + enhanced.wrong, 'finding'),
      ...(typeof pages.at(-1)?.nextToken === 'string' ? [anywhere('there are more pages of findings')] : []),
    ],
    databaseAt: dateOf(found[0]?.vulnerabilitySourceUpdatedAt),
  }
}

function dateOf(at: string | number | undefined): Date | null {
  if (at === undefined) return null
  const date = new Date(typeof at === 'number' ? at * 1000 : at)
  return Number.isNaN(date.getTime()) ? null : date
}

function ofBasic({ attributes, description, name, severity, uri }: Basic): DraftFinding {
  const attribute = (key: string): string => (attributes ?? []).find((each) => each.key === key)?.value ?? ''
  const about = plainName(attribute('package_name'))
  return {
    scanner: 'ecr',
    ...idsOf([name]),
    severity: severityOf(severity),
    message: plainLine(description ?? name),
    location: null,
    package: about === '' ? null : { name: about, version: plainName(attribute('package_version')) },
    url: linkOf(uri),
    fixVersions: [],
    identity: [about],
  }
}

/** One for each package, as everywhere else. */
function ofEnhanced({
  description,
  packageVulnerabilityDetails: details,
  severity,
  title,
}: Enhanced): DraftFinding[] {
  const { sourceUrl, vulnerabilityId, vulnerablePackages } = details
  const { read } = readEach(vulnerablePackages ?? [], packageSchema)
  const draft = (about: z.infer<typeof packageSchema> | null): DraftFinding => ({
    scanner: 'ecr',
    ...idsOf([vulnerabilityId]),
    severity: severityOf(severity),
    message: plainLine(title ?? description ?? vulnerabilityId),
    location: about?.filePath === undefined ? null : locationOf(about.filePath, undefined),
    package: about === null ? null : { name: plainName(about.name), version: plainName(about.version ?? '') },
    url: linkOf(sourceUrl),
    fixVersions: fixesOf(about?.fixedInVersion),
    identity: [plainName(about?.name ?? ''), about?.filePath ?? null],
  })
  return read.length === 0 ? [draft(null)] : read.map(draft)
}

const fixesOf = (version: string | undefined): string[] =>
  version === undefined || /^(NotAvailable|)$/i.test(version) ? [] : [plainName(version)]
