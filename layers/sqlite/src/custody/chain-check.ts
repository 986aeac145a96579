import { type ChainCheck, type ChainFault, keys, type ObjectStore } from '@hubkeeper/core'
import { adopt } from './adopt.ts'
import { announced } from './chain.ts'
import {
  type Chain,
  endOf,
  type Gap,
  type Head,
  isLink,
  type Link,
  readChain,
  readHead,
} from './chain-record.ts'
import { isWhole, type Read, readStored, type StoredBackup, type StoredCertificate } from './stored.ts'

type Kind = ChainFault['kind']

const fault = (kind: Kind, backup: string | null, message: string): ChainFault => ({ kind, backup, message })

/** The record to check by, and what is wrong with it as a whole. */
interface Record {
  /** Null when there is none to check by. */
  readonly chain: Chain | null
  /** A certificate that may not have been written. */
  readonly announced: Link | null
  readonly faults: readonly ChainFault[]
}

/** Whether a certificate is one that Hubkeeper issued, as it issued it. */
type IsIssued = (certificate: StoredCertificate) => boolean

/** Walks the chain of certificates, and compares it with the backups there are. */
export async function checkChain(store: ObjectStore): Promise<ChainCheck> {
  const head = await readHead(store)
  const read = await readChain(store)
  const backups = await readStored(store)
  const record = recordOf(read, head, backups)
  const links = record.chain?.links.filter(isLink) ?? []
  const byId = new Map(backups.map((backup) => [backup.id, backup]))
  const digests = new Map(links.map(({ certificate, digest }) => [certificate, digest]))
  const issued: IsIssued = ({ digest, key }) => record.chain === null || digests.get(key) === digest
  return {
    certificates: links.filter(({ removed }) => removed === null).length,
    removed: record.chain?.removed ?? 0,
    faults: [
      ...record.faults,
      ...orderFaults(record.chain?.links ?? []),
      ...linkFaults(links, byId, record.announced),
      ...backups.flatMap((backup) => manifestFaults(backup, issued)),
      ...(record.chain === null || record.faults.length > 0 ? [] : unchainedFaults(links, backups, issued)),
      ...backups
        .filter((backup) => isWhole(backup) && !has(links, backup) && backup.certificates.length === 0)
        .map(({ id }) => fault('backup-without-certificate', id, 'it was never certified')),
    ],
  }
}

const has = (links: readonly Link[], { id }: StoredBackup): boolean =>
  links.some(({ backup }) => backup === id)

function recordOf(read: Read<Chain>, head: Read<Head>, backups: readonly StoredBackup[]): Record {
  const broken = (chain: Chain | null, reason: string): Record => ({
    chain,
    announced: null,
    faults: [fault('chain-unreadable', null, reason)],
  })
  const { value: chain } = read
  const { value: newest } = head
  if (read.etag !== null && chain === null)
    return broken(null, `${keys.certificateChain} cannot be understood`)
  if (head.etag !== null && newest === null)
    return broken(chain, `${keys.certificateHead} cannot be understood`)
  const certificates = backups.flatMap((backup) => backup.certificates)
  if (chain === null) {
    if (newest !== null && newest.chained !== true) {
      return { chain: adopt(newest, certificates), announced: null, faults: [] }
    }
    if (newest === null && certificates.length === 0) return { chain: null, announced: null, faults: [] }
    return broken(null, `${keys.certificateChain} is gone`)
  }
  const last = announced(chain, head)
  if (last !== null || endOf(chain) === (newest?.digest ?? null))
    return { chain, announced: last, faults: [] }
  if (newest === null) return broken(chain, `${keys.certificateHead} is gone`)
  return broken(
    chain,
    chain.links.some(({ digest }) => digest === newest.digest)
      ? `${keys.certificateHead} is older than ${keys.certificateChain}`
      : `${keys.certificateChain} does not reach the newest certificate, ${newest.certificate}`,
  )
}

/** Each certificate follows the one before it; the first follows none. */
function orderFaults(links: readonly (Link | Gap)[]): ChainFault[] {
  return links.flatMap((each, i) => {
    const before = links[i - 1]?.digest ?? null
    if (each.previous === before) return []
    const [what, backup] = isLink(each) ? [each.certificate, each.backup] : ['a place of deleted ones', null]
    return [
      fault(
        'reordered',
        backup,
        `${what} follows ${each.previous ?? 'none'}, and comes after ${before ?? 'none'}`,
      ),
    ]
  })
}

function linkFaults(
  links: readonly Link[],
  backups: ReadonlyMap<string, StoredBackup>,
  announced: Link | null,
): ChainFault[] {
  const missing = new Set<string>()
  return links.flatMap((link) => {
    const { backup: id, certificate, digest, removed } = link
    const backup = backups.get(id)
    // Also one that is only announced is of a backup that was whole.
    if (removed === null && (backup === undefined || !isWhole(backup))) {
      if (missing.has(id)) return []
      missing.add(id)
      return [
        fault('certificate-without-backup', id, `${certificate} certifies a backup that is not there whole`),
      ]
    }
    const stored = backup?.certificates.find(({ key }) => key === certificate)
    if (stored === undefined) {
      return removed !== null || link === announced ? [] : [fault('tampered', id, `${certificate} is gone`)]
    }
    return stored.digest === digest ? [] : [fault('tampered', id, `${certificate} is not as it was issued`)]
  })
}

/** What the certificates of a backup say of its manifest. */
function manifestFaults(backup: StoredBackup, isIssued: IsIssued): ChainFault[] {
  const { id, manifest, manifestDigest } = backup
  if (manifest === null) return []
  const differs = backup.certificates.filter(isIssued).some(({ certificate }) => {
    if (certificate === null || certificate.level === 'none') return false
    return (
      certificate.sha256 !== manifest.sha256 ||
      certificate.bytes !== manifest.bytes ||
      (certificate.manifest !== undefined && certificate.manifest !== manifestDigest)
    )
  })
  return differs ? [fault('tampered', id, `${keys.manifest(id)} is not as it was certified`)] : []
}

/**
 * Certificates that Hubkeeper does not know of. A later one that it issued stands in for them, but for nothing
 * that only has the name of a certificate.
 */
function unchainedFaults(
  links: readonly Link[],
  backups: readonly StoredBackup[],
  isIssued: IsIssued,
): ChainFault[] {
  const known = new Set(links.map(({ certificate }) => certificate))
  return backups.flatMap(({ certificates, id }) =>
    certificates
      .filter(({ certificate, key }, i) => {
        const isOne = certificate !== null && certificate.backup === id
        return !known.has(key) && !(isOne && certificates.slice(i + 1).some(isIssued))
      })
      .map(({ key }) => fault('unchained', id, `${key} is not among the certificates that were issued`)),
  )
}
