import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { days } from '@hubkeeper/core'

/** A certificate with its key, as PEM. */
export interface Credentials {
  readonly cert: string
  readonly key: string
}

/** From when and until when, as `openssl ca` takes it. */
interface Validity {
  readonly from?: Date
  readonly to?: Date
}

const stampOf = (date: Date): string => date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')

const settingsOf = (directory: string): string => `
[ca]
default_ca = it
[it]
database = ${directory}/index
serial = ${directory}/serial
new_certs_dir = ${directory}
default_md = sha256
policy = any
x509_extensions = names
[any]
organizationName = optional
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1, DNS:localhost
`

/** A certificate for this machine that signed itself, made in a directory of its own by `openssl`. */
export function selfSigned(
  directory: string,
  { from = new Date(Date.now() - days(1)), to = new Date(Date.now() + days(30)) }: Validity = {},
): Credentials {
  const file = (name: string): string => join(directory, name)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  writeFileSync(file('index'), '')
  writeFileSync(file('serial'), '01\n')
  writeFileSync(file('settings'), settingsOf(directory))
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file('key'))
  openssl('req', '-new', '-key', file('key'), '-subj', '/O=Hub Ltd/CN=hub', '-out', file('request'))
  const validity = ['-startdate', stampOf(from), '-enddate', stampOf(to)]
  openssl(
    ...['ca', '-batch', '-notext', '-selfsign', '-config', file('settings'), '-keyfile', file('key')],
    ...['-in', file('request'), '-out', file('cert'), ...validity],
  )
  return { cert: readFileSync(file('cert'), 'utf8'), key: readFileSync(file('key'), 'utf8') }
}
