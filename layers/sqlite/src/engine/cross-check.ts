import { readFileSync } from 'node:fs'
import type { CrossCheck, Outcome } from '@hubkeeper/core'
import initSqlJs from 'sql.js'
import { digestDatabase } from '../digest/database.ts'
import { wasmSource } from '../digest/wasm-source.ts'
import { missingName, sniff } from './fault.ts'

/** What the second engine, in its WebAssembly sandbox, makes of a file. It holds all of it in memory. */
export async function crossCheck(path: string): Promise<Outcome<CrossCheck>> {
  const began = performance.now()
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  const engine = await initSqlJs()
  const database = new engine.Database(readFileSync(path))
  try {
    const source = wasmSource(database)
    const integrity = [...source.rows('PRAGMA integrity_check(100)')]
      .map(([problem]) => String(problem))
      .filter((problem) => problem !== 'ok')
    const [[engineVersion] = []] = source.rows('SELECT sqlite_version()')
    const digest = digestDatabase(source).value
    const seconds = (performance.now() - began) / 1000
    return { state: 'done', value: { engineVersion: String(engineVersion), integrity, digest, seconds } }
  } catch (error) {
    const message = `second engine: ${error instanceof Error ? error.message : String(error)}`
    const missing = missingName(message)
    if (missing !== null) return { state: 'skipped', reason: `the second engine lacks ${missing}` }
    return { state: 'fault', fault: { kind: 'corrupt', message, missing: [] } }
  } finally {
    database.close()
  }
}
