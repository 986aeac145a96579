/** A moment in ISO 8601 to the minute, where it is said elsewhere that it is in UTC: `2026-12-01 14:07`. */
export const shortTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
