import { createHash } from 'node:crypto'
import { type ChainFault, keys } from '@hubkeeper/core'
import { proven, type Vault } from '../../support/vault.ts'

const certificatesOf = ({ store }: Vault, id: string): string[] =>
  store.keys().filter((key) => key.startsWith(`${keys.backup(id)}certificate-`))

/** Something that may be done to backups, and has to be noticed. */
export interface Crime {
  readonly name: string
  /** What has to be told, and nothing else. */
  readonly told: ChainFault['kind']
  /** Given two proven backups, which others follow. */
  commit(vault: Vault, id: string, other: string): Promise<void>
}

const first = (all: readonly string[]): string => all[0] ?? ''
const bodyAt = ({ store }: Vault, key: string): Uint8Array => store.body(key) ?? new Uint8Array()
const digestAt = (vault: Vault, key: string): string =>
  createHash('sha256').update(bodyAt(vault, key)).digest('hex')

/** Every one that is told of. */
export const crimes: readonly Crime[] = [
  {
    name: 'a certificate in which one figure was changed',
    told: 'tampered',
    commit: (vault, id) =>
      vault.tamper(first(certificatesOf(vault, id)), (text) => text.replace('"rows": 1', '"rows": 2')),
  },
  {
    name: 'a certificate that is gone',
    told: 'tampered',
    commit: (vault, id) => vault.store.delete(first(certificatesOf(vault, id))),
  },
  {
    name: 'a certificate that is none any more',
    told: 'tampered',
    commit: (vault, id) => vault.tamper(first(certificatesOf(vault, id)), () => '\u0000'),
  },
  {
    name: 'certificates of two backups that were exchanged',
    told: 'tampered',
    async commit(vault, id, other) {
      const [a, b] = [first(certificatesOf(vault, id)), first(certificatesOf(vault, other))]
      const [bodyOfA, bodyOfB] = [bodyAt(vault, a), bodyAt(vault, b)]
      await vault.store.put(a, bodyOfB)
      await vault.store.put(b, bodyOfA)
    },
  },
  {
    name: 'a manifest that says something else',
    told: 'tampered',
    commit: (vault, id) => vault.tamper(keys.manifest(id), (text) => text.replace('"daily"', '"request"')),
  },
  {
    name: 'a backup that somebody else deleted',
    told: 'certificate-without-backup',
    async commit(vault, id) {
      const parts = vault.store.keys().filter((key) => key.startsWith(keys.backup(id)))
      for (const key of parts) await vault.store.delete(key)
    },
  },
  {
    name: 'a copy that is gone',
    told: 'certificate-without-backup',
    commit: async (vault, id) => vault.store.delete((await vault.find(id)).manifest.key),
  },
  {
    name: 'a manifest that cannot be read',
    told: 'certificate-without-backup',
    commit: (vault, id) => vault.tamper(keys.manifest(id), () => 'no manifest'),
  },
  {
    name: 'a certificate that Hubkeeper did not issue',
    told: 'unchained',
    async commit(vault, id) {
      const body = bodyAt(vault, first(certificatesOf(vault, id)))
      await vault.store.put(keys.certificate(id, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'), body)
    },
  },
  {
    name: 'a file that only has the name of a certificate',
    told: 'unchained',
    commit: async (vault, id) => {
      await vault.store.put(keys.certificate(id, '0'), 'x')
    },
  },
  {
    name: 'two certificates in another order',
    told: 'reordered',
    commit: (vault, id) =>
      vault.tamper(keys.certificateChain, (text) => {
        const lines = text.split('\n')
        const at = lines.findIndex((line) => line.includes(id))
        const [own = '', next = ''] = lines.slice(at)
        lines.splice(at, 2, next, own)
        return lines.join('\n')
      }),
  },
  {
    name: 'a certificate and the record of it, changed to fit each other',
    told: 'reordered',
    async commit(vault, id) {
      const key = first(certificatesOf(vault, id))
      const before = digestAt(vault, key)
      await vault.tamper(key, (text) => text.replace('"rows": 1', '"rows": 2'))
      const after = digestAt(vault, key)
      await vault.tamper(keys.certificateChain, (text) =>
        text.replace(`"digest":"${before}"`, `"digest":"${after}"`),
      )
    },
  },
  {
    name: 'a record that cannot be read',
    told: 'chain-unreadable',
    commit: (vault) => vault.tamper(keys.certificateChain, (text) => text.slice(0, -20)),
  },
  {
    name: 'a record that is gone',
    told: 'chain-unreadable',
    commit: (vault) => vault.store.delete(keys.certificateChain),
  },
  {
    name: 'an older record',
    told: 'chain-unreadable',
    async commit(vault) {
      const old = bodyAt(vault, keys.certificateChain)
      await proven(vault, 2)
      await vault.store.put(keys.certificateChain, old)
    },
  },
  {
    name: 'an older head',
    told: 'chain-unreadable',
    async commit(vault) {
      const old = bodyAt(vault, keys.certificateHead)
      await proven(vault, 2)
      await vault.store.put(keys.certificateHead, old)
    },
  },
  {
    name: 'a head that is gone',
    told: 'chain-unreadable',
    commit: (vault) => vault.store.delete(keys.certificateHead),
  },
]
