// A process of its own that starts the sample hub on a copy, and waits: node keeper-worker.ts ROOT DATABASE
import { join } from 'node:path'
import { hubSchema } from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import { hubStarter } from '@hubkeeper/local'

const [, , root = '', path = ''] = process.argv
const server = join(import.meta.dirname, '../../../examples/sample-hub/server.ts')
const start = [process.execPath, '--no-warnings', server, '--database', '{database}', '--port', '{port}']
const hub = hubSchema.parse({ database: { path: 'hub.db' }, recovery: { start } })
const scratch = join(root, 'scratch')
const starter = hubStarter({ root, hub, backupsRoot: root, scratch, client: httpHub() })
const { state } = await starter.start(await starter.layOut({ database: { key: 'hub.db', path }, files: [] }))
console.log(state)
setInterval(() => {}, 1000)
