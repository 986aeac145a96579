// Looks at a directory as whoever runs this, and prints what was observed.
import { parseConfig } from '@hubkeeper/core'
import { localPosture } from '@hubkeeper/local'

const [root = '.'] = process.argv.slice(2)
const { hubs } = parseConfig(JSON.stringify({ hubs: { demo: { database: { path: 'hub.db' } } } }), 'test')
if (hubs.demo === undefined) throw new Error('the hub is configured above')
console.log(JSON.stringify(await localPosture({ root, hub: hubs.demo, own: [] }).storage()))
