import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tasks } from '../functions/tasks.ts'

const root = normalize(join(import.meta.dirname, '..'))

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(
    ([, specifier]) => (specifier === undefined ? [] : [resolveImport(file, specifier)]),
  )

/** A relative import as a path from the root, a package as it is. */
const resolveImport = (file: string, specifier: string): string =>
  specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier

interface Rule {
  readonly folder: string
  readonly mayNot: RegExp
  readonly because: string
}

const rules: readonly Rule[] = [
  {
    folder: 'layers/core/src',
    mayNot:
      /^(node:(fs|child_process|net|http|https|worker_threads|sqlite|os)|@hubkeeper\/|@aws-sdk\/|functions\/|cli\/|layers\/(?!core))/,
    because: 'core knows no I/O, no SDK and nobody above it',
  },
  {
    folder: 'layers/sqlite/src',
    mayNot: /^(@hubkeeper\/(local|aws)|@aws-sdk\/|functions\/|cli\/|layers\/(?!sqlite))/,
    because: 'the engine knows only core',
  },
  {
    folder: 'layers/audit/src',
    mayNot:
      /^(node:(fs|child_process|net|http|https|tls|worker_threads|sqlite|os)|@hubkeeper\/(sqlite|local|http|aws)|@aws-sdk\/|functions\/|cli\/|layers\/(?!audit))/,
    because: 'what is understood of packages and scanners knows no I/O, and only core',
  },
  {
    folder: 'layers/review/src',
    mayNot:
      /^(node:(fs|child_process|net|http|https|tls|worker_threads|sqlite|os)|@hubkeeper\/(sqlite|audit|local|http|aws)|@aws-sdk\/|functions\/|cli\/|layers\/(?!review))/,
    because: 'what is made of many runs knows no I/O, and only core',
  },
  {
    folder: 'layers/local/src',
    mayNot: /^(@hubkeeper\/(sqlite|audit|aws)|@aws-sdk\/|functions\/|cli\/|layers\/(?!local))/,
    because: 'the local drivers know only core',
  },
  {
    folder: 'layers/http/src',
    mayNot: /^(@hubkeeper\/(sqlite|audit|local|aws)|@aws-sdk\/|functions\/|cli\/|layers\/(?!http))/,
    because: 'the client of hubs knows only core',
  },
  {
    folder: 'layers/aws/src',
    mayNot: /^(@hubkeeper\/local|functions\/|cli\/|infra\/|layers\/(?!aws))/,
    because: 'the AWS drivers know core and the client of hubs',
  },
  {
    folder: 'functions',
    mayNot: /^(node:|@hubkeeper\/(local|sqlite)|@aws-sdk\/|cli\/)/,
    because: 'a task is pure over its context',
  },
  {
    folder: 'infra',
    mayNot: /(handler\.ts$|^@hubkeeper\/(?!core$)|^@aws-sdk\/|^cli\/|^layers\/)/,
    because: 'what is deployed is read off the tasks',
  },
  {
    folder: 'cli/src',
    mayNot: /(handler\.ts$|@hubkeeper\/aws$|^infra\/)/,
    because: 'nobody imports a handler, nor what serves one',
  },
]

describe('imports point one way', () => {
  it.each(rules)('$folder: $because', ({ folder, mayNot }) => {
    const files = sourcesIn(folder)
    expect(files.length).toBeGreaterThan(0)
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => mayNot.test(target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('the engine is loaded on AWS by one file, when a task needs it', () => {
    const importers = sourcesIn('layers/aws/src').filter((file) =>
      importsOf(file).includes('@hubkeeper/sqlite'),
    )
    expect(importers).toEqual(['layers/aws/src/runtime/custody.ts'])
  })

  it('what the engine starts as processes loads no more of core than its basics', () => {
    const reached = new Set<string>()
    const reach = (file: string): void => {
      if (reached.has(file)) return
      reached.add(file)
      const text = readFileSync(join(root, file), 'utf8')
      expect(text, file).not.toMatch(/^import (?!type )[^']*from '@hubkeeper\/core'$/m)
      for (const [, specifier = ''] of text.matchAll(/^import (?!type )[^']*from '(\.[^']+)'$/gm)) {
        reach(normalize(join(dirname(file), specifier)))
      }
    }
    reach('layers/sqlite/src/engine/program.ts')
    expect(reached.size).toBeGreaterThan(20)
  })

  it('the command loads AWS only in its own folder, and that folder only when it is asked for', () => {
    const files = sourcesIn('cli/src').filter((file) => !file.startsWith('cli/src/aws/'))
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8')
      expect(text, file).not.toMatch(/^import (?!type).*(@aws-sdk\/|@hubkeeper\/aws|\/aws\/)/m)
    }
  })

  it('nobody imports a handler, and only handlers import AWS', () => {
    const files = ['layers', 'functions', 'cli'].flatMap(sourcesIn)
    const importers = (pattern: RegExp) =>
      files.filter((file) => importsOf(file).some((target) => pattern.test(target)))
    expect(importers(/\/handler\.ts$/)).toEqual([])
    expect(importers(/^@hubkeeper\/aws$/).every((file) => file.endsWith('/handler.ts'))).toBe(true)
  })
})

describe('one name everywhere', () => {
  const names = tasks.map(({ name }) => name).sort()

  it('the registry is the folders', () => {
    const folders = readdirSync(join(root, 'functions'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(folders.sort()).toEqual(names)
  })

  it('the registry is the handlers, three lines each', () => {
    for (const name of names) {
      const lines = readFileSync(join(root, 'functions', name, 'handler.ts'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('/**'))
      expect(lines, name).toHaveLength(3)
    }
  })

  it('the registry is the README’s table of tasks', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const block = readme.slice(readme.indexOf('<!-- tasks -->'), readme.indexOf('<!-- /tasks -->'))
    const rows = [...block.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
    expect(rows.sort()).toEqual(names)
  })
})

describe('files stay small', () => {
  it('none above 300 lines', () => {
    const long = ['layers', 'functions', 'cli', 'infra', 'examples', 'scripts']
      .flatMap(sourcesIn)
      .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 300)
    expect(long).toEqual([])
  })
})
