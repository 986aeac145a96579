/** What a template, a vault or the environment puts in later. */
const filledIn =
  /[$#%]\{|\$\(|\{\{|<%|%\(\w+\)s|^\$[A-Za-z_][\w:.]*$|^%\w+%$|^<[^<>]*>$|^\{[^{}]*\}$|^\[[^[\]]*\]$|^@\w+@$|^!(?:ref|sub|vault|secret|env|getatt)\b|^ENC\[|^(?:vault|ssm|op|secretsmanager|gcpsm|keyring|env|file|awssm|resolve):/i

/** Words of no value. */
const nothing =
  /^(?:true|false|yes|no|on|off|null|nil|none|undefined|nan|n\/?a|tbd|todo|fixme|empty|unset|string|str|bytes|text|integer|number|boolean|object|required|optional|enabled|disabled|expired|invalid|incorrect|wrong|missing|valid|unknown|bearer|basic|digest|oauth2?|jwt|api[-_ ]?key|token|keyring|vault|env|file|header|cookie|auto|inherit|internal|changed|reset|set|ok|failed|accepted|rejected|revoked|refreshed|generated|found|not|is|was|has|for|the|and|or|from|with|in|placeholder|(?:scram-)?sha-?\d*(?:-\d+)?|md5|bcrypt|argon2\w*)$/i

/** What is shown in place of a value. */
const masked =
  /^(.)\1*$|x{6}|^[*x.•\u2022#-]+$|\*{3}|\.{3}$|\u2026|(?:^|[^a-z])x{4,}(?:[^a-z]|$)|(?:^|[^a-z])(?:redacted|masked|hidden|removed|filtered|censored|obfuscated|omitted|sanitized|scrubbed)(?:[^a-z]|$)/i

const sample = /example|sample|dummy|placeholder|lorem|foobar(?!ed)|(?:^|[-_ ])(?:fake|mock)(?:[-_ ]|$)/i

/** Passwords as they should be stored, one way only. */
const hashed =
  /^(?:\$(?:2[abxy]?|5|6|y|argon2\w*|scrypt|pbkdf2[\w-]*|apr1)\$|(?:pbkdf2|scrypt|argon2|bcrypt)[:_$]|\{(?:S?SHA|S?MD5|CRYPT)\w*\})/i

const environmentName = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/
const code =
  /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?::\w+)?$|[\w\])]\(.*\)|^[A-Za-z_][A-Za-z_.]*[([]|^(?:os|process)\.env|\bgetenv\b/
const url = /^[a-z][a-z\d+.-]{0,20}:\/\//i
const address = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$|^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/
const header = /^x(?:-[a-z]+)+$/i
const amazonName = /^arn:aws/
const path = /^(?:~|\.{0,2})\/(?:[\w@.-]+\/)*[\w@.-]*$|^[A-Za-z]:\\/
const fileName =
  /^[\w./-]+\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|toml|ini|txt|env|conf|cfg|db|log|pub|gpg)$/i

/** Whether a value says where the secret is, or that there is none, and is none itself. */
export function isReference(value: string): boolean {
  if (/^\d{1,20}(?:\.\d+)?(?:ms|s|m|h|d|w|%|[kmg]?i?b)?$/i.test(value)) return !/^\d{6,}$/.test(value)
  return [
    filledIn,
    nothing,
    masked,
    sample,
    hashed,
    environmentName,
    url,
    address,
    header,
    amazonName,
    fileName,
  ].some((form) => form.test(value))
}

/** Whether it is a path. Base64 may begin with a slash, and is longer and more varied than a path's part. */
export const isPath = (value: string): boolean =>
  path.test(value) &&
  !value
    .split('/')
    .some((part) => part.length >= 24 && /\d/.test(part) && /[A-Z]/.test(part) && /[a-z]/.test(part))

/** Whether a value without quotes is an expression of a program: `settings.password`, `get_token()`. */
export const isCode = (value: string): boolean => code.test(value) && !/\d{3}/.test(value)

/** Whether a file is a program by its name: what has no quotes there is no value. */
export const isProgram = (place: string): boolean =>
  /\.(?:py|pyi|[cm]?[jt]sx?|rb|php|pl|java|kt|scala|groovy|go|rs|cs|c|h|cc|cpp|swift)$/i.test(place)
