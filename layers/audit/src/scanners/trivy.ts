import type { ScannerName } from '@hubkeeper/core'
import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import type { ScanReading } from './code-finding.ts'
import { type DraftFinding, fingerprinted } from './fingerprint.ts'
import {
  idsOf,
  linkOf,
  locationOf,
  notUnderstood,
  optionalList,
  optionalText,
  plainId,
  plainName,
  plainPath,
  readEach,
  severityOf,
} from './texts.ts'

/** The two scanners that trivy is. */
export type TrivyName = Extract<ScannerName, `trivy-${string}`>

const reportSchema = z
  .object({
    SchemaVersion: z.number(),
    ArtifactName: optionalText,
    ArtifactType: optionalText,
    Results: optionalList,
  })
  // The format before this one was a bare list of results; nothing else counts as a report.
  .refine(({ SchemaVersion }) => SchemaVersion >= 2)

const resultSchema = z.object({
  Target: z.string(),
  Class: optionalText,
  Type: optionalText,
  Vulnerabilities: optionalList,
  Misconfigurations: optionalList,
  Secrets: optionalList,
})

const vulnerabilitySchema = z.object({
  VulnerabilityID: z.string().min(1),
  VendorIDs: z.array(z.string()).nullish().catch(undefined),
  PkgName: z.string(),
  PkgPath: optionalText,
  InstalledVersion: z.string(),
  FixedVersion: optionalText,
  Severity: optionalText,
  Title: optionalText,
  Description: optionalText,
  PrimaryURL: optionalText,
})

const misconfigurationSchema = z.object({
  ID: z.string().min(1),
  AVDID: optionalText,
  Title: optionalText,
  Message: optionalText,
  Severity: optionalText,
  PrimaryURL: optionalText,
  Status: optionalText,
  CauseMetadata: z
    .object({ StartLine: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** `Match` and `Code` are not read: they show the line, and may show secrets beside the one that is masked. */
const secretSchema = z.object({
  RuleID: z.string().min(1),
  Title: optionalText,
  Severity: optionalText,
  StartLine: z.number().optional().catch(undefined),
})

type Result = z.infer<typeof resultSchema>

/** One result, with where the file lies that it is about. */
interface Place {
  readonly scanner: TrivyName
  readonly result: Result
  /** Null for the packages of the system. */
  readonly path: string | null
}

/**
 * Reads what `trivy fs -f json` or `trivy image -f json` prints (pkg/types/report.go), or a list of such reports:
 * one scan looks at one directory. Lists that are empty are absent.
 */
export function readTrivy(scanner: TrivyName, value: unknown): ScanReading {
  const reports = z
    .array(reportSchema)
    .min(1)
    .safeParse(Array.isArray(value) ? value : [value])
  if (!reports.success) return { state: 'failed', reason: 'its JSON is no report of trivy' }
  const read = reports.data.flatMap((report) => {
    const results = readEach(report.Results ?? [], resultSchema)
    const prefix = report.ArtifactType === 'filesystem' ? (report.ArtifactName ?? '') : ''
    return {
      wrong: results.wrong,
      drafts: results.read.map((result) => draftsOf({ scanner, result, path: pathOf(result, prefix) })),
    }
  })
  const parts = read.flatMap(({ drafts }) => drafts)
  return {
    state: 'read',
    ...fingerprinted(parts.flatMap(({ drafts }) => drafts)),
    unread: [
      ...notUnderstood(
        read.reduce((sum, { wrong }) => sum + wrong, 0),
        'result',
      ),
      ...notUnderstood(
        parts.reduce((sum, { wrong }) => sum + wrong, 0),
        'finding',
      ),
    ],
    databaseAt: null,
  }
}

/** Targets are told from the directory on that was scanned; those of system packages name the image instead. */
function pathOf({ Class, Target }: Result, prefix: string): string | null {
  if (Class === 'os-pkgs') return null
  const isInside = prefix !== '' && prefix !== '.' && !Target.startsWith('/')
  return plainPath(isInside ? `${prefix.replace(/\/+$/, '')}/${Target}` : Target)
}

function draftsOf(place: Place): { readonly drafts: readonly DraftFinding[]; readonly wrong: number } {
  const { Misconfigurations, Secrets, Vulnerabilities } = place.result
  const vulnerabilities = readEach(Vulnerabilities ?? [], vulnerabilitySchema)
  const misconfigurations = readEach(Misconfigurations ?? [], misconfigurationSchema)
  const secrets = readEach(Secrets ?? [], secretSchema)
  return {
    drafts: [
      ...vulnerabilities.read.map((vulnerability) => ofVulnerability(place, vulnerability)),
      ...misconfigurations.read
        .filter(({ Status = 'FAIL' }) => Status === 'FAIL')
        .map((misconfiguration) => ofMisconfiguration(place, misconfiguration)),
      ...secrets.read.map((secret) => ofSecret(place, secret)),
    ],
    wrong: vulnerabilities.wrong + misconfigurations.wrong + secrets.wrong,
  }
}

function ofVulnerability(
  { path, result, scanner }: Place,
  found: z.infer<typeof vulnerabilitySchema>,
): DraftFinding {
  const { Description, InstalledVersion, PkgName, PkgPath, Title, VulnerabilityID } = found
  const file = PkgPath ?? path
  return {
    scanner,
    ...idsOf([VulnerabilityID, ...(found.VendorIDs ?? [])]),
    severity: severityOf(found.Severity),
    message: plainLine(Title ?? Description ?? `${PkgName} ${InstalledVersion}: ${VulnerabilityID}`),
    location: file === null ? null : locationOf(file, undefined),
    package: { name: plainName(PkgName), version: plainName(InstalledVersion) },
    url: linkOf(found.PrimaryURL),
    fixVersions: (found.FixedVersion ?? '')
      .split(',')
      .map((version) => plainName(version))
      .filter((version) => version !== ''),
    identity: ['package', file === null ? (result.Type ?? '') : plainPath(file), plainName(PkgName)],
  }
}

function ofMisconfiguration(
  { path, result, scanner }: Place,
  found: z.infer<typeof misconfigurationSchema>,
): DraftFinding {
  const { AVDID, CauseMetadata, ID, Message, Title } = found
  const place = path ?? plainPath(result.Target)
  const message = plainLine(Message ?? Title ?? ID)
  return {
    scanner,
    rule: plainId(ID),
    aliases: AVDID === undefined || AVDID === ID ? [] : [plainId(AVDID)],
    severity: severityOf(found.Severity),
    message,
    location: locationOf(place, CauseMetadata?.StartLine),
    package: null,
    url: linkOf(found.PrimaryURL),
    fixVersions: [],
    // Names of things stand in quotes, and so might a secret.
    identity: ['setting', place, message.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '""')],
  }
}

function ofSecret({ path, result, scanner }: Place, found: z.infer<typeof secretSchema>): DraftFinding {
  const { RuleID, StartLine, Title } = found
  const place = path ?? plainPath(result.Target)
  return {
    scanner,
    rule: plainId(RuleID),
    aliases: [],
    severity: severityOf(found.Severity),
    message: plainLine(`${Title ?? RuleID} in plain text`),
    location: locationOf(place, StartLine),
    package: null,
    url: null,
    fixVersions: [],
    identity: ['secret', place],
  }
}
