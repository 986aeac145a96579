import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { comparableLines, quickStartOutput } from '../../scripts/docs/quick-start.ts'

it('the README shows what the quick start prints (npm run docs)', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const shown = /<!-- quick-start -->\s+```\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? ''
  expect(comparableLines(await quickStartOutput())).toEqual(comparableLines(shown))
})
