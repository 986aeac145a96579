/** Audits of a hub that ask no server of anybody: tests send nothing out. */
export const askingNobody = {
  audit: { advisories: { url: null }, releases: { pypi: null, npm: null }, endOfLife: null },
} as const
