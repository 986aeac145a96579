import type { Chain, Gap, Head, Link } from './chain-record.ts'
import type { StoredCertificate } from './stored.ts'

/** A certificate's place in the chain, as it says itself. */
const linkOf = ({ backup, certificate, digest, key }: StoredCertificate): Link | null =>
  certificate === null
    ? null
    : {
        certificate: key,
        backup,
        digest,
        previous: certificate.previous,
        at: certificate.issuedAt,
        removed: null,
      }

/** Certificates from `end` back, each one named by the digest in the one after it, in order. */
function walkBack(
  end: string,
  stored: readonly StoredCertificate[],
  until: string | null,
): { links: Link[]; reached: string | null } {
  const byDigest = new Map(stored.map((each) => [each.digest, each]))
  const links: Link[] = []
  let reached: string | null = end
  while (reached !== null && reached !== until) {
    const next = byDigest.get(reached)
    const link = next === undefined ? null : linkOf(next)
    if (link === null) break
    links.unshift(link)
    reached = link.previous
  }
  return { links, reached }
}

/** What follows a chain up to the head, proven by digests; null where certificates in between are gone. */
export function connect(
  chain: Chain,
  end: string | null,
  head: Head,
  stored: readonly StoredCertificate[],
): Chain | null {
  const { links, reached } = walkBack(head.digest, stored, end)
  return reached === end ? { ...chain, links: [...chain.links, ...links] } : null
}

/**
 * A chain for certificates of which there is no record yet. What the head leads to is proven by digests;
 * beyond a gap that retention left, only certificates from before there was a record are taken by their time.
 */
export function adopt(head: Head, stored: readonly StoredCertificate[]): Chain {
  let links: (Link | Gap)[] = []
  let end: string | null = head.digest
  while (end !== null) {
    const walked = walkBack(end, stored, null)
    links = [...walked.links, ...links]
    end = walked.reached
    if (end === null) break
    const older = head.chained === true ? undefined : newestBut(links, stored)
    links.unshift({ certificates: 0, digest: end, previous: older?.digest ?? null })
    end = older?.digest ?? null
  }
  return { removed: 0, links }
}

/** The newest certificate that is not among `links`: their keys end with the time of their issue. */
function newestBut(
  links: readonly (Link | Gap)[],
  stored: readonly StoredCertificate[],
): StoredCertificate | undefined {
  const known = new Set(links.map(({ digest }) => digest))
  const issue = ({ key }: StoredCertificate): string => key.split('/').at(-1) ?? ''
  return stored
    .filter(({ certificate, digest }) => certificate !== null && !known.has(digest))
    .toSorted((a, b) => (issue(a) < issue(b) ? -1 : 1))
    .at(-1)
}
