// npm start: the main job, on a sample hub that really serves.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { styleText } from 'node:util'
import { createSampleHub } from './sample-hub/create.ts'
import { startSampleHub } from './sample-hub/start.ts'

const root = join(import.meta.dirname, '..')
const folder = 'hubkeeper-demo'
const directory = join(root, folder)

const say = (text: string): void => console.log(text)

/** Runs the real command, shown as one would type it. Whatever it finds, the demonstration goes on. */
async function hubkeeper(args: readonly string[], output: 'inherit' | 'ignore' = 'inherit'): Promise<void> {
  say(`\n${styleText('bold', `$ npx hubkeeper ${args.join(' ')}`)}`)
  const child = spawn(process.execPath, [join(root, 'cli/bin/hubkeeper.cjs'), ...args], {
    cwd: directory,
    stdio: ['ignore', output, 'inherit'],
  })
  const [code]: unknown[] = await once(child, 'exit')
  if (code === 2 || code === 3) throw new Error(`hubkeeper ${args.join(' ')} ended with code ${code}`)
}

say(`Making a sample hub in ${folder}/: the handbook of a lighthouse, and a server over it.`)
rmSync(directory, { recursive: true, force: true })
const { database } = createSampleHub({ directory })
const hub = await startSampleHub({ database, logs: join(directory, 'logs') })
try {
  await hubkeeper(['init', '.', '--yes', '--base-url', hub.url])
  await hubkeeper(['run', 'daily'])

  say('\nNow somebody deletes half of the articles by mistake, while the server runs.')
  const mistake = new DatabaseSync(database, { timeout: 5000 })
  mistake.exec('DELETE FROM articles WHERE id % 2 = 0')
  mistake.close()
  await hubkeeper(['run', 'health-check'])
  await hubkeeper(['restore', 'latest', '--yes'])
} finally {
  await hub.stop()
}

say('\nThe server is stopped, so the database may be replaced by a compact copy, with proof.')
await hubkeeper(['init', '.', '--yes', '--force', '--authority', 'offline'], 'ignore')
await hubkeeper(['run', 'database-maintenance'])
await hubkeeper(['status'])

say(`
Nothing is left running. Reports are in ${folder}/reports, backups in ${folder}/backups.
Next:
  cd ${folder} && npx hubkeeper report         the last report again
  npx hubkeeper init DIRECTORY                     keep a hub of your own`)
