/** What became of reading a file as what its name says it is. */
export type Reading =
  | { readonly state: 'read'; readonly as: string }
  | { readonly state: 'broken'; readonly reason: string }

/** Text that configures something: of no syntax that is known here, but there is something in it. */
const settings = /\.(toml|ya?ml|ini|cfg|conf|env|properties)$|(^|\/)\.env[^/]*$/i

/** Text that may be empty. */
const text =
  /\.(txt|md|rst|csv|tsv|html?|css|xml|sql|sh|py|js|mjs|cjs|ts)$|(^|\/)(dockerfile|makefile|procfile)$/i

/** Reads a file by the kind that its key tells. Bytes that are no text are only compared. */
export function readAs(key: string, bytes: Uint8Array, isRequirements: boolean): Reading {
  const lined = /\.(jsonl|ndjson)$/i.test(key)
  const json = /\.(json|geojson|webmanifest|ipynb)$/i.test(key)
  const known = lined || json || isRequirements || settings.test(key) || text.test(key)
  if (!known) return { state: 'read', as: 'bytes' }
  const decoded = decode(bytes)
  if (decoded === null) return { state: 'broken', reason: 'it is not UTF-8' }
  if (decoded.trim() === '' && (json || settings.test(key))) return { state: 'broken', reason: 'it is empty' }
  if (json) return parsed([decoded], 'JSON')
  if (lined) return parsed(linesOf(decoded), 'JSON lines')
  return isRequirements ? requirementsIn(decoded) : { state: 'read', as: 'text' }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const linesOf = (content: string): string[] => content.split(/\r?\n/).filter((line) => line.trim() !== '')

/** What a parser says of a text may quote it: only where it stopped is told. */
function parsed(documents: readonly string[], as: string): Reading {
  for (const [i, document] of documents.entries()) {
    try {
      JSON.parse(document)
    } catch {
      const where = documents.length === 1 ? '' : `: line ${i + 1}`
      return { state: 'broken', reason: `it is not JSON${where}` }
    }
  }
  return { state: 'read', as }
}

const option = /^-{1,2}[a-z][a-z-]*(?:[=\s]\S.*)?$/i
const name = String.raw`[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?`
const version = String.raw`(?:~=|===?|!=|<=?|>=?)\s*[\w.*+!-]+`
const requirement = new RegExp(
  String.raw`^${name}\s*(?:\[[^\]]*\])?\s*(?:@\s*\S+|\(?\s*(?:${version}(?:\s*,\s*${version})*)?\s*,?\s*\)?)\s*(?:;.+)?(?:\s+--hash=\S+)*$`,
)
const location = /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|[./~][^\s]*)/i

/** Lines as pip takes them: requirements, options, locations, comments, and lines that go on. */
function requirementsIn(content: string): Reading {
  const lines = content.replace(/\\\r?\n/g, ' ').split(/\r?\n/)
  for (const [i, raw] of lines.entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim()
    if (line === '' || option.test(line) || location.test(line) || requirement.test(line)) continue
    return { state: 'broken', reason: `line ${i + 1} is no requirement` }
  }
  return { state: 'read', as: 'requirements' }
}
