import { type FindingStatus, isSearched } from '@hubkeeper/core'

/** A file, directory or link as it was found. */
export interface Entry {
  /** '' for the hub's directory itself. */
  readonly key: string
  readonly kind: 'file' | 'directory' | 'link'
  /** Permission bits, setuid and its kin among them. */
  readonly mode: number
  readonly uid: number
  /** Where a link leads, whole path; null where it leads nowhere, or is none. */
  readonly target: string | null
  /** Whether it holds a private key, where its name leaves that open. */
  readonly holdsKey: boolean
}

/** What entries are judged by. */
export interface Standards {
  /** Of the hub's directory. */
  readonly uid: number
  /** The hub's directory, links resolved. */
  readonly root: string
  /** Key of the database. */
  readonly database: string
  /** Globs of configuration in which secrets may stand, as the hub says. */
  readonly configuration: readonly string[]
}

/** What one rule says of one entry; null where it has nothing to say. */
type Verdict = { readonly status: FindingStatus; readonly actual: string } | null

/** One thing that is looked for. */
export interface FileRule {
  readonly rule: string
  readonly expected: string
  readonly advice: string
  judge(entry: Entry, standards: Standards): Verdict
}

const mayWrite = { group: 0o020, others: 0o002 } as const
const mayRead = { group: 0o040, others: 0o004 } as const
const sticky = 0o1000
const takesOver = { user: 0o4000, group: 0o2000 } as const

const modeOf = ({ mode }: Entry): string => `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`

const nameOf = ({ key }: Entry): string => key.slice(key.lastIndexOf('/') + 1)

/** Names that mean a secret wherever they lie: environments, private keys, key stores. */
const secretName =
  /^(?:\.env(?:\..+)?|.+\.env|.+\.key|id_(?!.*\.pub$).+|.+\.(?:p12|pfx|jks|keystore)|\.netrc|\.pgpass|\.htpasswd)$/is

/** An example is made to be read. */
const exampleName = /\.(?:example|sample|template|dist)$/i

/** Whether a file is a secret by its name, or, where that leaves it open, by what it holds. */
export const isSecret = (entry: Entry): boolean =>
  entry.kind === 'file' &&
  (entry.holdsKey || (secretName.test(nameOf(entry)) && !exampleName.test(nameOf(entry))))

/** Files whose content decides: a certificate is no secret, the key beside it is one. */
export const mayHoldKey = (key: string): boolean => /\.pem$/i.test(key)

const isConfiguration = ({ key, kind }: Entry, { configuration }: Standards): boolean =>
  kind === 'file' && !exampleName.test(key) && isSearched(key, configuration)

const isDatabase = ({ key, kind }: Entry, { database }: Standards): boolean =>
  kind === 'file' &&
  (key === database || (key.startsWith(`${database}-`) && /-(?:wal|shm|journal)$/.test(key)))

/** Python in a virtual environment is a link to that of the system, always. */
const isInterpreter = (entry: Entry): boolean => /(?:^|\/)bin\/python[\d.]*$/.test(entry.key)

/** Everything that is looked for below a hub's directory. */
export const fileRules: readonly FileRule[] = [
  {
    rule: 'world-writable',
    expected: 'only its owner and its group may write',
    advice: 'chmod o-w: whoever has an account on this machine may change it',
    judge(entry) {
      if (entry.kind === 'link' || (entry.mode & mayWrite.others) === 0) return null
      const kept = entry.kind === 'directory' && (entry.mode & sticky) !== 0
      return { status: kept ? 'warning' : 'critical', actual: modeOf(entry) }
    },
  },
  {
    rule: 'secret-readable',
    expected: 'only its owner may read',
    advice: 'chmod 600: the secrets in it are everybody’s otherwise',
    judge(entry, standards) {
      const everybody = (entry.mode & mayRead.others) !== 0
      if (isSecret(entry)) {
        if (everybody) return { status: 'critical', actual: modeOf(entry) }
        return (entry.mode & mayRead.group) === 0 ? null : { status: 'warning', actual: modeOf(entry) }
      }
      return everybody && isConfiguration(entry, standards)
        ? { status: 'warning', actual: modeOf(entry) }
        : null
    },
  },
  {
    rule: 'database-readable',
    expected: 'only its owner and its group may read',
    advice: 'chmod o-r: all that the hub knows is in it',
    judge: (entry, standards) =>
      isDatabase(entry, standards) && (entry.mode & mayRead.others) !== 0
        ? { status: 'warning', actual: modeOf(entry) }
        : null,
  },
  {
    rule: 'configuration-writable',
    expected: 'only its owner may write',
    advice: 'chmod g-w: the commands in it are run with Hubkeeper’s rights',
    judge: (entry) =>
      entry.key === 'hubkeeper.json' && (entry.mode & mayWrite.group) !== 0
        ? { status: 'warning', actual: modeOf(entry) }
        : null,
  },
  {
    rule: 'other-owner',
    expected: 'it belongs to whom the hub’s directory belongs to',
    advice: 'chown it to the hub’s user, or move it elsewhere',
    judge: (entry, { uid }) =>
      entry.uid === uid
        ? null
        : { status: 'warning', actual: `user ${entry.uid}, where the directory has ${uid}` },
  },
  {
    rule: 'runs-as-owner',
    expected: 'neither setuid nor setgid',
    advice: 'chmod u-s,g-s: whoever runs it has the rights of its owner',
    judge(entry) {
      // A directory with setgid hands its group on, which is what it is for.
      if (entry.kind !== 'file') return null
      if ((entry.mode & takesOver.user) !== 0)
        return { status: 'critical', actual: `setuid, ${modeOf(entry)}` }
      return (entry.mode & takesOver.group) === 0
        ? null
        : { status: 'warning', actual: `setgid, ${modeOf(entry)}` }
    },
  },
  {
    rule: 'link-out',
    expected: 'links stay within the hub’s directory',
    advice: 'put the file itself there: a backup of this directory has only the link',
    judge(entry, { root }) {
      if (entry.target === null || isInterpreter(entry)) return null
      const inside = entry.target === root || entry.target.startsWith(`${root}/`)
      return inside ? null : { status: 'warning', actual: `leads to ${entry.target}` }
    },
  },
]
