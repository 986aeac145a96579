// Plain JavaScript for whatever Node the machine has: installs when needed, then runs the
// rest of the command line on the Node that the project pins.
'use strict'
const { spawnSync } = require('node:child_process')
const { existsSync, statSync } = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const installed = path.join(root, 'node_modules', '.package-lock.json')
const lockfile = path.join(root, 'package-lock.json')
const windows = process.platform === 'win32'

function isCurrent() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs
}

if (!isCurrent()) {
  console.error('hubkeeper: installing dependencies (npm ci), once')
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // Standard output stays the command's own, so that it can be piped.
    stdio: ['inherit', 2, 'inherit'],
    shell: windows,
  })
  if (install.status !== 0) {
    console.error('hubkeeper: npm ci failed; mend what it says above and run the same command again')
    process.exit(install.status === null ? 1 : install.status)
  }
}

const [program, ...args] = process.argv.slice(2)
const bin = path.join(root, 'node_modules', '.bin')
const command = program.endsWith('.ts')
  ? [path.join(bin, 'node'), program, ...args]
  : [path.join(bin, program), ...args]
const run = spawnSync(command[0], command.slice(1), {
  cwd: root,
  stdio: 'inherit',
  shell: windows,
  env: { ...process.env, PATH: bin + path.delimiter + process.env.PATH },
})
if (run.error) console.error(`hubkeeper: cannot run ${program}: ${run.error.message}`)
process.exit(run.status === null ? 1 : run.status)
