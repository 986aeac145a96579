/** One request as S3's server access log tells it, as far as it matters here. */
export interface LoggedAccess {
  readonly at: Date
  /** Without the name of a session, so that every run of a function is one caller. */
  readonly caller: string
  readonly kind: 'read' | 'write'
  /** 401 or 403. */
  readonly refused: boolean
  /** Key, or prefix of a listing, decoded; null where the request is about the bucket as such. */
  readonly key: string | null
}

/** A field: in brackets, in quotes, or up to the next space. */
const field = /\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)/g

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `06/Feb/2026:00:00:38 +0000`; null for anything else. */
function timeOf(text: string): Date | null {
  const parts = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) \+0000$/.exec(text)
  if (parts === null) return null
  const [, day, month = '', year, time] = parts
  const number = months.indexOf(month) + 1
  const at = new Date(`${year}-${String(number).padStart(2, '0')}-${day}T${time}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}

/** Who asked: `-` is nobody, and a role is one caller whatever its session is called. */
function callerOf(requester: string): string {
  if (requester === '-') return 'anonymous'
  const role = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(requester)
  return role === null ? requester : `role ${role[2]} of ${role[1]}`
}

/** `REST.GET.OBJECT`, `REST.COPY.OBJECT_GET`, `BATCH.DELETE.OBJECT`, `S3.EXPIRE.OBJECT`. */
const kindOf = (operation: string): LoggedAccess['kind'] =>
  /^[A-Z]+\.(?:GET|HEAD|OPTIONS|SELECT)\.|_GET$/.test(operation) ? 'read' : 'write'

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What a listing asks for, from its request line. */
const prefixOf = (requestLine: string): string | null => {
  const [, path = ''] = requestLine.split(' ')
  return URL.parse(path, 'http://s3')?.searchParams.get('prefix') ?? null
}

/**
 * Reads a line in the format of Amazon S3 server access logs: fields are parted by spaces, and newer ones
 * are added at the end. Null for what is none.
 */
export function parseAccess(line: string): LoggedAccess | null {
  const fields = [...line.matchAll(field)].map(
    ([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? '',
  )
  const [, , time = '', , requester = '', , operation = '', key = '', requestLine = '', status = ''] = fields
  const at = timeOf(time)
  if (at === null || !/^(?:\d{3}|-)$/.test(status)) return null
  return {
    at,
    caller: callerOf(requester),
    kind: kindOf(operation),
    refused: status === '401' || status === '403',
    key: key === '-' ? prefixOf(requestLine) : decoded(key),
  }
}
