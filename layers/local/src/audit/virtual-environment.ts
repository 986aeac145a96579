import { readdir } from 'node:fs/promises'
import { posix } from 'node:path'
import { codeOf, type Installation, messageOf, onOneLine, type PackageVersion } from '@hubkeeper/core'
import { type BoundedFiles, pathInside } from './bounded-files.ts'

/** Headers come first, and what is asked for stands at their beginning. */
const maxMetadata = 64 * 1024

/** More are not looked at. */
const maxPackages = 20_000

/** Packages that one place has, and what of it could not be read. */
interface SitePackages {
  readonly packages: readonly PackageVersion[]
  readonly unreadable: readonly string[]
}

/**
 * What is installed in the virtual environment at a key: by its `pyvenv.cfg` and the `*.dist-info` of its
 * packages (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
 *
 * @returns null when there is none
 */
export async function readEnvironment(files: BoundedFiles, key: string): Promise<Installation | null> {
  const nothing = { source: key, writtenAt: null, python: null, packages: [] }
  let configuration: Uint8Array | null
  try {
    configuration = await files.read(`${key}/pyvenv.cfg`, maxMetadata)
  } catch (error) {
    return { ...nothing, unreadable: [messageOf(error)] }
  }
  if (configuration === null) return null
  const settings = settingsOf(textOf(configuration))
  const sites = await sitesOf(files, key)
  const read = await Promise.all(sites.map((site) => readSite(files, site)))
  const unreadable = read.flatMap((site) => site.unreadable)
  if (sites.length === 0) unreadable.push(`${key} has no site-packages`)
  if (settings.get('include-system-site-packages')?.toLowerCase() === 'true') {
    unreadable.push(`${key} takes packages of the system as well, which are not read`)
  }
  // virtualenv writes 3.11.7.final.0.
  const [python = null] =
    /^\d+(\.\d+)*/.exec(settings.get('version') ?? settings.get('version_info') ?? '') ?? []
  return { ...nothing, python, packages: read.flatMap((site) => site.packages), unreadable }
}

/** Folders of packages below an environment, as they are laid out on POSIX and on Windows. */
async function sitesOf(files: BoundedFiles, key: string): Promise<string[]> {
  const versions = await namesIn(files, `${key}/lib`).catch(() => [])
  const candidates = [
    ...versions
      .filter((name) => /^(python|pypy)\d/.test(name))
      .map((name) => `${key}/lib/${name}/site-packages`),
    `${key}/Lib/site-packages`,
  ]
  const found: string[] = []
  const real = new Set<string>()
  for (const site of candidates) {
    const path = await pathInside(files.root, site).catch(() => null)
    // A disk that does not tell capitals apart has the same one twice.
    if (path === null || real.has(path)) continue
    real.add(path)
    found.push(site)
  }
  return found
}

async function readSite(files: BoundedFiles, site: string): Promise<SitePackages> {
  const packages: PackageVersion[] = []
  const unreadable: string[] = []
  let names: string[] = []
  try {
    names = (await namesIn(files, site)).filter((name) => name.endsWith('.dist-info'))
  } catch (error) {
    unreadable.push(`${site}: ${messageOf(error)}`)
  }
  if (names.length > maxPackages) unreadable.push(`${site} has more than ${maxPackages} packages`)
  for (const name of names.slice(0, maxPackages)) {
    const key = posix.join(site, name, 'METADATA')
    try {
      const metadata = await files.read(key, maxMetadata)
      const found = metadata === null ? null : packageOf(textOf(metadata))
      if (found === null) unreadable.push(`${key} names no package with its version`)
      else packages.push(found)
    } catch (error) {
      unreadable.push(messageOf(error))
    }
  }
  return { packages, unreadable }
}

/** Name and version of a package's core metadata: headers as of mail, up to the first empty line. */
function packageOf(metadata: string): PackageVersion | null {
  const [headers = ''] = metadata.split(/\r?\n\r?\n/, 1)
  const [, name] = /^name[ \t]*:[ \t]*(\S.*?)[ \t]*$/im.exec(headers) ?? []
  const [, version] = /^version[ \t]*:[ \t]*(\S.*?)[ \t]*$/im.exec(headers) ?? []
  if (name === undefined || version === undefined) return null
  return { ecosystem: 'PyPI', name: plain(name), version: plain(version) }
}

const plain = (text: string): string => onOneLine(text).slice(0, 300)

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Lines `name = value`. */
const settingsOf = (text: string): Map<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      return at === -1 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]]
    }),
  )

/** Names in a folder, sorted; none where there is none. */
async function namesIn(files: BoundedFiles, key: string): Promise<string[]> {
  const path = await pathInside(files.root, key)
  if (path === null) return []
  try {
    return (await readdir(path)).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}
