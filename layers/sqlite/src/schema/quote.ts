/** A name as an SQL identifier, whatever it contains. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
