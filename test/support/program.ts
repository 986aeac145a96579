import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { vi } from 'vitest'
import { temporaryDirectory } from './temporary.ts'

/** A program in Node that any directory may hold. */
export function writeProgram(directory: string, name: string, source: string): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, name)
  writeFileSync(path, `#!${process.execPath} --no-warnings\n${source}\n`, { mode: 0o755 })
  return path
}

/**
 * Puts programs before all others on the PATH until the test ends; with `alone`, nothing else is on it.
 * Unstub with `vi.unstubAllEnvs` after each test.
 */
export function onPath(programs: Readonly<Record<string, string>>, { alone = false } = {}): void {
  const directory = temporaryDirectory()
  for (const [name, source] of Object.entries(programs)) writeProgram(directory, name, source)
  vi.stubEnv('PATH', alone ? directory : `${directory}${delimiter}${process.env.PATH}`)
}

/** Source of a program that prints a text and ends. */
export const printing = (text: string, code = 0): string =>
  `process.stdout.write(${JSON.stringify(text)}); process.exitCode = ${code}`

/** Whether a program is installed here. */
export const isInstalled = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)))
