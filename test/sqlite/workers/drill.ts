// A drill that goes on until it is killed: node drill.ts DATABASE SCRATCH.
import { minutes } from '@hubkeeper/core'
import { openDrill } from '@hubkeeper/sqlite'
import { custodyBelow, restoredCopy } from '../../support/drilled-copy.ts'
import { testEngine } from '../../support/engine.ts'

const [, , path = '', scratch = ''] = process.argv
const drill = openDrill(await custodyBelow(scratch, testEngine()))
await drill.run(await restoredCopy(path), { samples: 10_000, seed: 1, timeLimit: minutes(10) })
