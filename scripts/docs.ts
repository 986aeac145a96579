// Brings the generated parts of the documentation in step with the code: npm run docs
import { readFile, writeFile } from 'node:fs/promises'
import { block, outdatedFiles } from './docs/files.ts'
import { quickStartBlock, quickStartOutput } from './docs/quick-start.ts'

for (const path of await outdatedFiles({ write: true })) console.log(`updated ${path}`)

const readme = await readFile('README.md', 'utf8')
await writeFile('README.md', block(readme, 'quick-start', quickStartBlock(await quickStartOutput())))
console.log('ran the quick start and put its output into README.md')
