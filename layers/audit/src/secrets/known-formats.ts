import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import type { Sighting } from './finding.ts'

// It would keep a record of every text for as long as the process lives.
secretLintProfiler.setEnabled(false)

const family = '@secretlint/secretlint-rule-'

const unused = new Set(
  [
    // Read here, with default passwords told from others.
    'basicauth',
    'database-connection-string',
    'privatekey',
    // A text that is searched has no say in what is found in it.
    'filter-comments',
  ].map((name) => family + name),
)

const config = {
  rules: rules
    .filter(({ meta }) => !unused.has(meta.id))
    .map((rule) => ({
      id: rule.meta.id,
      rule,
      options: rule.meta.id === `${family}aws` ? { enableIDScanRule: true } : {},
    })),
}

/** Numbers of accounts are no secrets, nor are the names of roles and users. */
const isHarmless = (messageId: string, value: string): boolean =>
  messageId === 'AWSAccountID' || (messageId === 'AWSAccessKeyID' && !/^A[KS]IA/.test(value))

/** Keys and tokens that are recognised by the form that their issuer gives them, as secretlint knows it. */
export async function knownFormatsIn(text: string, place: string): Promise<Sighting[]> {
  const ext = /\.[^./]*$/.exec(place)?.[0] ?? ''
  const { messages } = await lintSource({
    source: { filePath: place, content: text, ext, contentType: 'text' },
    options: { noPhysicFilePath: true, config },
  })
  return messages.flatMap(({ data = {}, messageId, range, ruleId }) => {
    const [start, end] = valueRange(text, range, data)
    if (end <= start || isHarmless(messageId, text.slice(start, end))) return []
    return [{ rule: ruleId.replace(family, ''), name: null, start, end }]
  })
}

/** Some rules tell where a whole assignment begins: the value is the longest text among what they say of it. */
function valueRange(text: string, [start, end]: readonly [number, number], data: object): [number, number] {
  const told: unknown[] = Object.values(data)
  const [longest] = told
    .filter((value) => typeof value === 'string')
    .filter((value) => value.length >= 8)
    .sort((a, b) => b.length - a.length)
  if (longest === undefined) return [start, end]
  const at = text.indexOf(longest, start)
  return at < 0 || at > end + 64 ? [start, end] : [at, at + longest.length]
}
