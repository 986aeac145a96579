// Looks through a directory as whoever runs this, and prints what scanners would pass over.
import { passedOver } from '../../../layers/local/src/audit/passed-over.ts'

const [root = '.'] = process.argv.slice(2)
console.log(JSON.stringify(await passedOver(root, ['.'])))
