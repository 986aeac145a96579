import * as z from 'zod'
import type { Installation, PackageVersion } from './ports/packages.ts'
import { onOneLine } from './render/plain.ts'

/** Of what `pip inspect` prints (https://pip.pypa.io/en/stable/reference/inspect-report/), what is needed. */
const inspectSchema = z.looseObject({
  installed: z.array(z.unknown()),
  environment: z
    .looseObject({ python_full_version: z.string().optional(), python_version: z.string().optional() })
    .optional(),
})

const installedSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().min(1).max(300), version: z.string().min(1).max(300) }),
})

/**
 * What an inventory says is installed: the JSON of `pip inspect`. An entry that cannot be read is named, and the
 * others count.
 *
 * @param source key of the inventory
 */
export function readInventory(source: string, text: string, writtenAt: Date): Installation {
  const read = inspectSchema.safeParse(jsonOf(text))
  if (!read.success) {
    const unreadable = [`${source} is not what pip inspect prints`]
    return { source, writtenAt, python: null, packages: [], unreadable }
  }
  const { environment, installed } = read.data
  const packages: PackageVersion[] = []
  const unreadable: string[] = []
  for (const [index, entry] of installed.entries()) {
    const known = installedSchema.safeParse(entry)
    if (known.success) {
      const { name, version } = known.data.metadata
      packages.push({ ecosystem: 'PyPI', name: onOneLine(name), version: onOneLine(version) })
    } else {
      unreadable.push(`${source}: entry ${index + 1} has no name and version`)
    }
  }
  const python = environment?.python_full_version ?? environment?.python_version ?? null
  return { source, writtenAt, python, packages, unreadable }
}

/** Nothing for a text that is no JSON. A byte order mark is none of it. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return undefined
  }
}
