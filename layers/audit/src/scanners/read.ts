import type { ScannerName } from '@hubkeeper/core'
import { readBandit } from './bandit.ts'
import type { ScanReading } from './code-finding.ts'
import { readEcr } from './ecr.ts'
import { readPipAudit } from './pip-audit.ts'
import { readTrivy } from './trivy.ts'

/** What a scanner's output says; whatever is not what that scanner prints has failed. */
export function readScan(scanner: ScannerName, output: string): ScanReading {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const what = output.trim() === '' ? 'printed nothing' : 'printed something that is not JSON'
    return { state: 'failed', reason: `it ${what}` }
  }
  switch (scanner) {
    case 'bandit':
      return readBandit(value)
    case 'pip-audit':
      return readPipAudit(value)
    case 'trivy-fs':
    case 'trivy-image':
      return readTrivy(scanner, value)
    case 'ecr':
      return readEcr(value)
  }
}
