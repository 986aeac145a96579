import { absent, type Certificate, HubkeeperError, keys, listAll, type ObjectStore } from '@hubkeeper/core'
import { ulid } from 'ulid'
import { adopt, connect } from './adopt.ts'
import {
  type Chain,
  ChainUnreadableError,
  compact,
  endOf,
  type Gap,
  type Head,
  isLink,
  type Link,
  readChain,
  readHead,
  writeChain,
  writeHead,
} from './chain-record.ts'
import type { CustodyOptions } from './options.ts'
import { type Read, readStored, sha256Of, textAt } from './stored.ts'

/** Where the chain stands. */
interface Standing {
  /** Null when it cannot be relied on; then only the head goes on. */
  readonly chain: Chain | null
  readonly chainEtag: string | null
  readonly head: { readonly chained: boolean; readonly etag: string | null }
  /** What the next certificate follows. */
  readonly end: string | null
  /** A certificate that was announced and never written; null where there is none. */
  readonly abandoned: Link | null
}

/**
 * Writes the certificate and makes it the end of the chain. It is announced in the chain first, so that one
 * that is written after all, by a run that was killed, is known by its digest.
 *
 * @throws PreconditionFailedError when somebody else issued one meanwhile
 */
export async function issueCertificate(
  options: CustodyOptions,
  certificate: Omit<Certificate, 'previous'>,
): Promise<Certificate> {
  const { fence, now, store } = options
  const standing = await stand(options)
  const issued = { ...certificate, previous: standing.end }
  const text = `${JSON.stringify(issued, null, 2)}\n`
  const link: Link = {
    certificate: keys.certificate(certificate.backup, ulid(now().getTime())),
    backup: certificate.backup,
    digest: sha256Of(text),
    previous: standing.end,
    at: certificate.issuedAt,
    removed: null,
  }
  const { chain, head } = standing
  await fence()
  if (chain !== null) {
    await writeChain(store, { ...chain, links: [...chain.links, link] }, standing.chainEtag)
    await fence()
  }
  await store.put(link.certificate, text, absent)
  await writeHead(store, link, head)
  return issued
}

/**
 * Notes that retention is about to delete a backup: one that is gone without such a note was not deleted by
 * Hubkeeper.
 *
 * @throws ChainUnreadableError
 * @throws HubkeeperError `io` where it was certified, and the chain does not know
 */
export async function noteRemoval(options: CustodyOptions, id: string): Promise<void> {
  const { fence, now, run, store } = options
  const { abandoned, chain, chainEtag } = await stand(options)
  if (chain === null) throw new ChainUnreadableError('cannot be relied on: see backup.chain')
  const isConcerned = (each: Link | Gap): each is Link =>
    isLink(each) && each.backup === id && each.removed === null
  if (!chain.links.some(isConcerned)) {
    if (!chain.links.some((each) => isLink(each) && each.backup === id)) await refuseUnknown(store, id)
    if (abandoned?.backup !== id) return
    // Else it would be missed, once its backup is gone.
    await fence()
    await writeChain(store, chain, chainEtag)
    return
  }
  const removed = { at: now().toISOString(), run }
  const tidied = await tidy(store, chain, id)
  await fence()
  await writeChain(
    store,
    {
      removed: tidied.removed + 1,
      links: tidied.links.map((each) => (isConcerned(each) ? { ...each, removed } : each)),
    },
    chainEtag,
  )
}

/** What was certified, though no record of it is left, is not deleted: the record of pins may be gone as well. */
async function refuseUnknown(store: ObjectStore, id: string): Promise<void> {
  for await (const { key } of listAll(store, keys.certificates(id))) {
    throw new HubkeeperError('io', `${key} is not in ${keys.certificateChain}`, {
      hint: `put the newest copy of that back; or certify the backup anew, which then may be deleted: hubkeeper backups verify ${id}`,
    })
  }
}

/**
 * The chain without what is gone by now. A backup that is still whole was not deleted after all, by a run that
 * was killed: it counts as kept again.
 */
async function tidy(store: ObjectStore, chain: Chain, deleting: string): Promise<Chain> {
  const gone = new Set<string>()
  const kept = new Set<string>()
  for (const each of chain.links) {
    if (!isLink(each) || each.removed === null) continue
    if ((await store.head(each.certificate)) === null) gone.add(each.certificate)
    else if (each.backup !== deleting && (await store.head(keys.manifest(each.backup))) !== null) {
      kept.add(each.backup)
    }
  }
  const links = chain.links.map((each) =>
    isLink(each) && kept.has(each.backup) ? { ...each, removed: null } : each,
  )
  return compact({ removed: chain.removed - kept.size, links }, ({ certificate }) => gone.has(certificate))
}

/** The chain as it is, with what a run that was killed left unfinished brought to its end. */
async function stand({ fence, store }: CustodyOptions): Promise<Standing> {
  const head = await readHead(store)
  const read = await readChain(store)
  const chain = await completed(store, read, head)
  const chained = chain !== null || head.value?.chained === true
  const last = chain?.links.at(-1)
  const end = chain === null ? (head.value?.digest ?? null) : endOf(chain)
  let { etag } = head
  if (last !== undefined && isLink(last) && last.digest !== head.value?.digest) {
    await fence()
    etag = await writeHead(store, last, { chained, etag })
  }
  const dropped = read.value?.links.at(-1)
  const abandoned =
    chain === null || dropped === undefined || !isLink(dropped) || chain.links.includes(dropped)
      ? null
      : dropped
  return { chain, chainEtag: read.etag, head: { chained, etag }, end, abandoned }
}

/**
 * The chain up to the last certificate that was issued. Null where it cannot be relied on: it is not
 * understood, or certificates are missing between its end and the head.
 */
export async function completed(
  store: ObjectStore,
  read: Read<Chain>,
  head: Read<Head>,
): Promise<Chain | null> {
  const { value: chain } = read
  if (chain === null) {
    if (read.etag !== null) return null
    return head.value === null ? { removed: 0, links: [] } : adopt(head.value, await certificatesIn(store))
  }
  const last = announced(chain, head)
  const written = last === null || (await isWritten(store, last))
  const known = written ? chain : { ...chain, links: chain.links.slice(0, -1) }
  const end = endOf(known)
  const { value: newest } = head
  // A head that is not understood, or an older one, tells nothing that the chain does not know.
  if (newest === null || newest.digest === end) return known
  if (chain.links.some(({ digest }) => digest === newest.digest)) return known
  return connect(known, end, newest, await certificatesIn(store))
}

/** The last certificate, when the head does not know it: a run was killed before or after it wrote it. */
export function announced({ links }: Chain, { value }: Read<Head>): Link | null {
  const last = links.at(-1)
  return last !== undefined &&
    isLink(last) &&
    last.digest !== value?.digest &&
    last.previous === (value?.digest ?? null)
    ? last
    : null
}

async function isWritten(store: ObjectStore, { certificate, digest }: Link): Promise<boolean> {
  const text = await textAt(store, certificate)
  return text !== null && sha256Of(text) === digest
}

const certificatesIn = async (store: ObjectStore) =>
  (await readStored(store)).flatMap(({ certificates }) => certificates)
