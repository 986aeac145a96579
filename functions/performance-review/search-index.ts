import { type Finding, finding, type HubConfig } from '@hubkeeper/core'

/** Whether the search index that the hub keeps in files is there at all: a size alone would not tell. */
export function searchIndexFinding(
  { searchIndex }: Pick<HubConfig, 'searchIndex'>,
  files: number,
  evidence: readonly string[],
): Finding {
  if (searchIndex === undefined) {
    return finding('search-index.present', 'skipped', { actual: 'no search index files are configured' })
  }
  const nothing = `nothing matches ${searchIndex.files.join(', ')}`
  return finding('search-index.present', files > 0 ? 'ok' : 'warning', {
    expected: 'files',
    actual: files === 0 ? 'no file matches' : files === 1 ? '1 file' : `${files} files`,
    evidence: files === 0 ? [nothing, ...evidence] : [...evidence],
  })
}
