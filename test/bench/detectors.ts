// Who notices which damage, in rates over thousands of damaged copies: npm run bench:detectors
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BaseName, makeBase } from '../support/damage/bases.ts'
import { createRandom } from '../support/damage/random.ts'
import { type Detector, detect, detectors, soundOf } from './detectors/detect.ts'
import { type FaultName, faults } from './detectors/faults.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    bits: { type: 'string', default: '3000' },
    pages: { type: 'string', default: '200' },
    cuts: { type: 'string', default: '100' },
    growths: { type: 'string', default: '100' },
  },
})
const bases: readonly BaseName[] = ['text', 'index', 'fts5']
const counts: Readonly<Record<FaultName, number>> = {
  'bit flipped': Number(values.bits),
  'page of zeros': Number(values.pages),
  'cut off': Number(values.cuts),
  'bytes appended': Number(values.growths),
}
const faultNames = ['bit flipped', 'page of zeros', 'cut off', 'bytes appended'] as const

const percent = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`

const work = mkdtempSync(join(tmpdir(), 'hubkeeper-detectors-'))
const at = { path: join(work, 'damaged.db'), scratch: join(work, 'scratch') }
mkdirSync(at.scratch)
try {
  console.log(`Seed ${values.seed}. "Only by SHA-256" is what no look inside notices.\n`)
  console.log(`| database | bytes | damage | copies | ${detectors.join(' | ')} | only by SHA-256 |`)
  console.log(`| ${Array.from({ length: detectors.length + 5 }, () => '---').join(' | ')} |`)
  for (const base of bases) {
    const original = join(work, `${base}.db`)
    makeBase(base, original)
    const bytes = readFileSync(original)
    const sound = await soundOf(bytes, at)
    const random = createRandom(Number(values.seed))
    for (const name of faultNames) {
      const noticed = new Map<Detector, number>()
      let onlyBytes = 0
      for (let copy = 0; copy < counts[name]; copy++) {
        const found = await detect(faults[name](bytes, random), sound, at)
        for (const detector of found) noticed.set(detector, (noticed.get(detector) ?? 0) + 1)
        if (found.size === 1 && found.has('SHA-256')) onlyBytes += 1
      }
      const rates = detectors.map((detector) => percent(noticed.get(detector) ?? 0, counts[name]))
      const cells = [base, bytes.length, name, counts[name], ...rates, percent(onlyBytes, counts[name])]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
