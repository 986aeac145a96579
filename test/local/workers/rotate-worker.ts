// A process of its own that rotates a log: node rotate-worker.ts ROOT KEY TARGET
import { hubSchema } from '@hubkeeper/core'
import { logRotator } from '@hubkeeper/local'

const [, , root = '', key = '', target = ''] = process.argv
const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs: { files: ['logs/*.log'] } })
const rotator = logRotator({ root, hub, own: [], fence: async () => {} })
const file = (await rotator.files()).find((candidate) => candidate.key === key)
console.log('rotating')
if (file !== undefined) await rotator.rotate(file, target, 'copy-truncate')
