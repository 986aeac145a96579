import {
  decodeText,
  type FileContent,
  type Inventory,
  inventoryOf,
  type RequirementSet,
  readRequirements,
} from '@hubkeeper/audit'
import {
  type BaseContext,
  formatBytes,
  HubkeeperError,
  type Installation,
  mebibytes,
  type PackageReader,
} from '@hubkeeper/core'

/** No file of requirements, and hardly a lock file, is larger. */
const maxBytes = mebibytes(32)

/** What a hub asks for, and what it has. */
export interface ReadPackages {
  readonly set: RequirementSet
  /** Each file as it was read, by key. */
  readonly read: ReadonlyMap<string, Uint8Array>
  readonly installations: readonly Installation[]
  readonly inventory: Inventory
}

/** Reads the files that the configuration names, those that they include, and what is installed. */
export async function readPackages({
  hub,
  packages,
}: Pick<BaseContext, 'hub'> & { readonly packages: PackageReader }): Promise<ReadPackages> {
  const read = new Map<string, Uint8Array>()
  const files = await packages.files()
  const { platform, version } = hub.audit.python
  const set = await readRequirements({
    keys: files.map(({ key }) => key),
    environment: { python: version, platform },
    async read(key) {
      const content = await contentOf(packages, key)
      if ('reason' in content) return content
      read.set(key, content.bytes)
      return { text: decodeText(content.bytes).text } satisfies FileContent
    },
  })
  const installations = await packages.installed()
  return { set, read, installations, inventory: inventoryOf(set, installations) }
}

/** Whatever keeps one file from being read, the others are. */
async function contentOf(
  packages: PackageReader,
  key: string,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: string }> {
  try {
    const bytes = await packages.read(key, maxBytes + 1)
    if (bytes === null) return { reason: 'there is no such file' }
    if (bytes.length > maxBytes) return { reason: `it is larger than ${formatBytes(maxBytes)}` }
    return { bytes }
  } catch (error) {
    if (error instanceof HubkeeperError) return { reason: error.message }
    throw error
  }
}
