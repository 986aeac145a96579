/** Less in common than that is no likeness. */
const least = 0.4

/** The few of some names that a text has most in common with, by pairs of letters; for who mistyped one of them. */
export function closestNames(text: string, names: readonly string[]): string[] {
  const pairs = pairsOf(text)
  return names
    .map((name) => ({ name, likeness: likeness(pairs, pairsOf(name)) }))
    .filter((each) => each.likeness > least)
    .toSorted((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ name }) => name)
}

const pairsOf = (text: string): ReadonlySet<string> =>
  new Set([...text].slice(1).map((letter, i) => `${text[i]}${letter}`))

/** The share of pairs in common, 0 to 1: Dice's coefficient. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((pair) => other.has(pair)).length
  return one.size + other.size === 0 ? 0 : (2 * common) / (one.size + other.size)
}
