/** So many of something, in words: `1 run`, `1,200 runs`. @param many of more than one, where an s is not enough */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`
