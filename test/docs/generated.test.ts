import { expect, it } from 'vitest'
import { outdatedFiles } from '../../scripts/docs/files.ts'

it('the generated parts of the documentation follow from the code (npm run docs)', async () => {
  expect(await outdatedFiles({ write: false })).toEqual([])
})
