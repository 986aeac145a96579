/** A name as an SQL identifier, whatever it contains. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A name by which SQLite knows the same object: it takes `A` for `a`, and no letter beyond ASCII for another. */
export const foldName = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
