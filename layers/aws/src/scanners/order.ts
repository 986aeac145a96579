import { type HubConfig, prefixOf, type ScannerName } from '@hubkeeper/core'

/** Scanners that a build runs. */
export const builtScanners = ['bandit', 'pip-audit', 'trivy-fs', 'trivy-image'] as const

/** One of {@link builtScanners}. */
export type BuiltScanner = (typeof builtScanners)[number]

/** What a build is told, as JSON in the variable {@link orderVariable}; `infra/scanners/scan.py` reads it. */
export interface ScanOrder {
  readonly hub: string
  /** Minutes that each may take. */
  readonly scanners: Readonly<Partial<Record<BuiltScanner, number>>>
  /** Directories with code. */
  readonly source: readonly string[]
  /** Globs of requirements, each with the prefix that everything it matches begins with. */
  readonly requirements: readonly (readonly [prefix: string, pattern: string])[]
  /** '' for none. */
  readonly image: string
}

/** See {@link ScanOrder}. */
export const orderVariable = 'SCAN'

/** Why there is nothing to look at for a scanner; null where there is. */
export function notConfigured(scanner: ScannerName, { audit, requirements }: HubConfig): string | null {
  switch (scanner) {
    case 'trivy-image':
      return audit.image === undefined ? 'audit.image is not configured' : null
    case 'ecr':
      return audit.image?.ecr === undefined ? 'audit.image.ecr is not configured' : null
    case 'pip-audit':
      if (requirements.length === 0) return 'requirements names no file of requirements'
      return audit.source.length === 0 ? 'audit.source is not configured' : null
    default:
      return audit.source.length === 0 ? 'audit.source is not configured' : null
  }
}

/** What one build does for a hub: every scanner that has something to look at. */
export function orderFor(hub: HubConfig & { readonly id: string }): ScanOrder {
  const { image, scanners, source } = hub.audit
  const minutes: Readonly<Record<BuiltScanner, number>> = {
    bandit: scanners.bandit.timeoutMinutes,
    'pip-audit': scanners.pipAudit.timeoutMinutes,
    'trivy-fs': scanners.trivy.timeoutMinutes,
    'trivy-image': scanners.trivy.timeoutMinutes,
  }
  const wanted = builtScanners.filter((scanner) => notConfigured(scanner, hub) === null)
  return {
    hub: hub.id,
    scanners: Object.fromEntries(wanted.map((scanner) => [scanner, minutes[scanner]])),
    source,
    requirements: hub.requirements.map((pattern) => [prefixOf(pattern), pattern] as const),
    image: image?.reference ?? '',
  }
}
