import { newestOnly } from '@hubkeeper/audit'
import type { Installation, RuntimeProduct, Structure } from '@hubkeeper/core'
import type { ReadPackages } from '../dependency-update/read.ts'
import type { UpdateContext } from './context.ts'

/** Something that the hub, or Hubkeeper, runs on. */
export interface RunningProduct {
  /** Its name at endoflife.date. */
  readonly product: string
  /** For people. */
  readonly title: string
  readonly version: string
  /** Where that version comes from, in words. */
  readonly origin: string
  /** Its name in the index, where it is a package. */
  readonly package: string | null
}

/** Frameworks of hubs, by their names in PyPI. */
const frameworks: ReadonlyMap<string, string> = new Map([
  ['django', 'Django'],
  ['fastapi', 'FastAPI'],
  ['flask', 'Flask'],
])

/** Everything whose end of life is looked at, each version once. */
export function runningProducts(
  { host, hub }: Pick<UpdateContext, 'host' | 'hub'>,
  packages: Pick<ReadPackages, 'installations' | 'inventory'>,
  structure: Structure | null,
): RunningProduct[] {
  return [
    ...pythons(packages, hub.audit.python.version),
    ...frameworksOf(packages),
    ...databaseEngines(structure),
    ...host.runtimes().map(runtimeOf),
  ]
}

const ofNoPackage = { package: null } as const

function pythons(
  { installations, inventory }: Pick<ReadPackages, 'installations' | 'inventory'>,
  configured: string,
): RunningProduct[] {
  const python = { product: 'python', title: 'Python', ...ofNoPackage }
  const told = new Map(installations.flatMap((each) => (each.python === null ? [] : [[each.python, each]])))
  if (told.size > 0) {
    const origin = ({ source }: Installation): string => `as ${source} tells`
    return [...told].map(([version, from]) => ({ ...python, version, origin: origin(from) }))
  }
  // A hub without a package of Python need not run on it.
  if (!inventory.packages.some(({ ecosystem }) => ecosystem === 'PyPI')) return []
  return [{ ...python, version: configured, origin: 'as audit.python.version says' }]
}

const frameworksOf = ({ inventory }: Pick<ReadPackages, 'inventory'>): RunningProduct[] =>
  inventory.packages.flatMap(({ ecosystem, normalized, versions }) => {
    const title = ecosystem === 'PyPI' ? frameworks.get(normalized) : undefined
    if (title === undefined) return []
    return versions
      .filter(({ counts }) => counts)
      .map(({ installedIn, version }) => ({
        product: normalized,
        title,
        version,
        origin: installedIn.length > 0 ? 'as installed' : 'as the requirements ask for',
        package: normalized,
      }))
  })

/** Nothing else in a database tells what the hub works with. */
const writer = 'it wrote the database last'

/** The engine that the hub writes with, as the file itself tells, and the one that Hubkeeper reads with. */
function databaseEngines(structure: Structure | null): RunningProduct[] {
  if (structure === null) return []
  const sqlite = { product: 'sqlite', title: 'SQLite', ...ofNoPackage }
  const { engineVersion, writerVersion } = structure
  const hubs = writerVersion === null ? [] : [{ ...sqlite, version: writerVersion, origin: writer }]
  const own = { ...sqlite, version: engineVersion, origin: 'Hubkeeper’s own engine' }
  return writerVersion === engineVersion ? hubs : [...hubs, own]
}

const runtimeOf = ({ product, version }: RuntimeProduct): RunningProduct => ({
  product,
  title: product === 'nodejs' ? 'Node.js' : 'AWS Lambda',
  version,
  origin: 'Hubkeeper itself runs on it',
  ...ofNoPackage,
})

/** Products that a server of dates has to be asked about. */
export const askedProducts = (running: readonly RunningProduct[]): string[] => [
  ...new Set(running.map(({ product }) => product).filter((product) => newestOnly[product] === undefined)),
]
