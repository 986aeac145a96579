import { HubkeeperError, keys, type ObjectStore, replacing } from '@hubkeeper/core'
import * as z from 'zod'
import { type Read, readAt } from './stored.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()

const linkSchema = z.strictObject({
  /** Key of the certificate. */
  certificate: z.string(),
  backup: z.string(),
  /** SHA-256 of the certificate's bytes. */
  digest: sha256,
  /** Of the certificate before it. */
  previous: sha256.nullable(),
  at: z.iso.datetime(),
  /** Set before retention deletes its backup. */
  removed: z.strictObject({ at: z.iso.datetime(), run: z.string() }).nullable(),
})

const gapSchema = z.strictObject({
  /** How many certificates were there, as far as it is known. */
  certificates: count,
  /** Of the last of them. */
  digest: sha256,
  /** What the first of them follows. */
  previous: sha256.nullable(),
})

/** One certificate in its place. */
export type Link = Readonly<z.infer<typeof linkSchema>>

/** The place of certificates in a row that retention deleted with their backups: what holds the order. */
export type Gap = Readonly<z.infer<typeof gapSchema>>

const chainSchema = z.strictObject({
  schema: z.literal(1),
  /** Backups that retention deleted. */
  removed: count,
  links: z.array(z.union([linkSchema, gapSchema])),
})

/** Every certificate in the order in which they were issued. */
export interface Chain {
  readonly removed: number
  readonly links: readonly (Link | Gap)[]
}

/** The end of the chain, kept apart from it. */
const headSchema = z.strictObject({
  /** SHA-256 of the newest certificate's bytes. */
  digest: sha256,
  certificate: z.string(),
  /** Whether there is a record of all certificates; absent in heads of old. */
  chained: z.literal(true).optional(),
})

/** See {@link headSchema}. */
export type Head = Readonly<z.infer<typeof headSchema>>

/** The record of certificates cannot be relied on: what it says of deletions would be lost. */
export class ChainUnreadableError extends HubkeeperError {
  override readonly name = 'ChainUnreadableError'
  constructor(reason: string) {
    super('io', `${keys.certificateChain} ${reason}`, {
      hint: 'no backup is deleted meanwhile; put the newest copy of it back, or move it away and run: hubkeeper backups verify',
    })
  }
}

export const isLink = (each: Link | Gap): each is Link => 'certificate' in each

/** Digest of the last certificate; null when there is none. */
export const endOf = ({ links }: Chain): string | null => links.at(-1)?.digest ?? null

export const readHead = (store: ObjectStore): Promise<Read<Head>> =>
  readAt(store, keys.certificateHead, headSchema)

export const readChain = (store: ObjectStore): Promise<Read<Chain>> =>
  readAt(store, keys.certificateChain, chainSchema)

/** Writes the chain in the place of the one that was read. @returns its ETag @throws PreconditionFailedError */
export async function writeChain(
  store: ObjectStore,
  { links, removed }: Chain,
  etag: string | null,
): Promise<string> {
  // One certificate a line: for people who have to look.
  const lines = links.map((each) => `\n  ${JSON.stringify(each)}`).join(',')
  const text = `{"schema":1,"removed":${removed},"links":[${lines}\n]}\n`
  return (await store.put(keys.certificateChain, text, replacing(etag))).etag
}

/** Makes a certificate the end of the chain. @throws PreconditionFailedError */
export async function writeHead(
  store: ObjectStore,
  { certificate, digest }: Pick<Link, 'certificate' | 'digest'>,
  { chained, etag }: { readonly chained: boolean; readonly etag: string | null },
): Promise<string> {
  const text = JSON.stringify({ digest, certificate, ...(chained ? { chained } : {}) })
  return (await store.put(keys.certificateHead, text, replacing(etag))).etag
}

/** A chain without what is gone: deleted certificates in a row become a gap. */
export function compact(chain: Chain, isGone: (link: Link) => boolean): Chain {
  const links: (Link | Gap)[] = []
  for (const each of chain.links) {
    if (isLink(each) && (each.removed === null || !isGone(each))) {
      links.push(each)
      continue
    }
    const last = links.at(-1)
    const certificates = isLink(each) ? 1 : each.certificates
    const { digest, previous } = each
    // What is out of order stays to be seen.
    if (last === undefined || isLink(last) || last.digest !== previous) {
      links.push({ certificates, digest, previous })
    } else {
      links[links.length - 1] = {
        certificates: last.certificates + certificates,
        digest,
        previous: last.previous,
      }
    }
  }
  return { ...chain, links }
}
