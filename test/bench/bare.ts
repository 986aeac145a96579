// The bare steps on the same engine, without any proof: node test/bench/bare.ts DATABASE
import { copyFileSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const [, , path = ''] = process.argv
copyFileSync(path, `${path}.backup`)
const database = new DatabaseSync(path)
database.exec('PRAGMA temp_store = FILE; PRAGMA cache_size = -65536')
const report = database.prepare('PRAGMA integrity_check').all()
if (report.length !== 1) throw new Error('the database is not sound')
database.prepare('VACUUM INTO ?').run(`${path}.new`)
database.close()
const compact = new DatabaseSync(`${path}.new`)
compact.exec("INSERT INTO search(search) VALUES ('optimize'); PRAGMA optimize(0x10012)")
compact.close()
renameSync(`${path}.new`, path)
