// The sample hub's server: node examples/sample-hub/server.ts --database FILE --logs DIR --port 8000
import { appendFileSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createHandler } from './handler.ts'
import { openLibrary } from './library.ts'

const help = `Serves a knowledge hub from a SQLite database with an FTS5 index.

  --database FILE      any database with an FTS5 index (required)
  --logs DIR           writes server.log there (default: logs)
  --port N             0 picks a free one (default: 8000)
  --list PATH          serves the rows of the table that the path is named for; repeatable
                       (default: /api/v1/commands)
  --stop-with-parent   ends when standard input is closed
  --help

GET  /health, /api/v1/health, /metrics, /api/v1/search?q=…, and the lists
POST /misbehave  {"slow": 3000} {"status": 500} {"failEvery": 3} {"health": "unhealthy"} {"hang": true}
                 {"reset": true} {"redirect": "/elsewhere"} {"huge": 50000000} {"brokenJson": true}
                 {"errorBurst": 20} {"holdLock": 5000} {"writing": 50}; {} behaves again
GET  /misbehave  commits that were acknowledged`

function options() {
  try {
    const { values } = parseArgs({
      options: {
        database: { type: 'string' },
        logs: { type: 'string', default: 'logs' },
        port: { type: 'string', default: '8000' },
        list: { type: 'string', multiple: true, default: ['/api/v1/commands'] },
        'stop-with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    process.exit(2)
  }
}

const values = options()
if (values.help || values.database === undefined) {
  console.log(help)
  process.exit(values.help ? 0 : 2)
}

const library = openLibrary(values.database)
mkdirSync(values.logs, { recursive: true })
const logFile = join(values.logs, 'server.log')

function log(level: 'INFO' | 'ERROR', message: string): void {
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ')
  appendFileSync(logFile, `${level}:     ${time} - handbook.server - ${message}\n`)
}

const server = createServer(createHandler({ library, lists: values.list, log }))

function stop(): void {
  server.closeAllConnections()
  server.close(() => {
    library.close()
    process.exit(0)
  })
}

process.on('SIGTERM', stop)
process.on('SIGINT', stop)
if (values['stop-with-parent']) process.stdin.on('end', stop).resume()

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : values.port
  log('INFO', `listening on port ${port}`)
  console.log(`http://127.0.0.1:${port}`)
})
