/** Shannon entropy, bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let bits = 0
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total)
  return bits
}

/** How many kinds of signs there are: small letters, capitals, digits, others. */
export const varietyOf = (text: string): number =>
  [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(text)).length

const withoutVersion = (text: string): string => text.replace(/(?<=[a-z])\d{1,2}(?=$|[-_. /:])/gi, '')

/** Whether people would say it: it has vowels, and no long run of consonants; or it is an abbreviation. */
const isWord = (letters: string): boolean =>
  /^[A-Z]{1,5}$/.test(letters) ||
  (letters.length >= 2 && /[aeiouy]/i.test(letters) && !/[^aeiouy]{5}/i.test(letters))

/** Whether it is made of words, as names of things are: `RefreshToken`, `my-service-v2`, `redis.internal`. */
export function isMadeOfWords(text: string): boolean {
  const parts = withoutVersion(text).split(/[-_. /:]+/)
  if (!parts.every((part) => /^[A-Za-z]*$/.test(part))) return false
  const words = parts.flatMap((part) => part.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [])
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  return letters >= 3 * words.length && words.every(isWord)
}

/**
 * Whether a value was made by chance and not by people: long and varied enough, and not made of words. What is
 * all letters has to be longer, since names are that as well.
 */
export function looksRandom(value: string): boolean {
  if (value.length < 8 || /\s/.test(value)) return false
  if (value.length < 16 && /^[A-Za-z]+$/.test(value)) return false
  return !isMadeOfWords(value) && entropyOf(value) >= 2.75
}
