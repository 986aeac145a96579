// Brings the generated parts of the documentation in step with the code: npm run docs
import { outdatedFiles } from './docs/files.ts'

for (const path of await outdatedFiles({ write: true })) console.log(`updated ${path}`)
