/** What kind of secret a variable holds by its name: what people choose, or what is made by chance. */
export type SecretFamily = 'password' | 'token'

/** The words of a name: `dbPassword`, `DB_PASSWORD` and `db.password` have the same. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())

const passwords = new Set([
  'password',
  'passwd',
  'passwort',
  'passphrase',
  'passcode',
  'pwd',
  'pass',
  'requirepass',
  'masterauth',
])

const tokens = new Set(['token', 'secret', 'secrets', 'credential', 'credentials', 'apikey', 'authorization'])

/** What makes a key a secret one, right before `key`. */
const keyed = new Set([
  'api',
  'access',
  'private',
  'secret',
  'auth',
  'signing',
  'encryption',
  'master',
  'account',
  'storage',
  'session',
  'shared',
  'client',
  'license',
])

/** What is said of a secret and is none: its age, its kind, where it lies. */
const about = new Set(
  `age algorithm alg attempts audience backend bytes cache chars check class column count created days
   dir directory driver enabled encoding encryption endpoint env environment error errors expire expired expires expiration
   expiry field file filename folder format function handler hash hashed hashes hasher header hint history host hours id
   identifier issuer key_id kind label length level lifetime limit limits location manager max message method min
   minutes mode model name names page param parameter path pattern placeholder policy prefix prompt provider
   public ref reference regex region required reset retries rotation rule rules salt scheme scope scopes seconds
   service size source status storage store strategy strength suffix table template text timeout title ttl type
   types uri url usage used user username validation validator validators version vault window`.split(/\s+/),
)

/** Tokens of texts, of pages and of forms, which open nothing. */
const harmlessTokens = new Set(
  `bos cancellation cls completion continuation csrf eos input mask max min next num output pad page prompt sep
   special stop sync text total unk xsrf`.split(/\s+/),
)

/** What a name says that its value is; null for one that says nothing of secrets. */
export function familyOf(name: string): SecretFamily | null {
  const words = wordsOf(name)
  const at = words.findLastIndex(
    (word, i) => passwords.has(word) || tokens.has(word) || (word === 'key' && keyed.has(words[i - 1] ?? '')),
  )
  const word = words[at]
  if (word === undefined) return null
  if (words.slice(at + 1).some((after) => about.has(after))) return null
  if (word === 'token' && harmlessTokens.has(words[at - 1] ?? '')) return null
  // `public_access_key`, `publicToken`.
  if (words.slice(0, at).includes('public')) return null
  if (word === 'pass' && words.length > 1 && at !== words.length - 1) return null
  return passwords.has(word) ? 'password' : 'token'
}

/** Names of accounts, whose value in a list of users is their password. */
export const isAccount = (name: string): boolean => /^(?:admin|administrator|root|demo|guest)$/i.test(name)
