/**
 * A process for crash tests: owns the embedded PostgreSQL of a data folder and inserts rows until it is killed.
 * An id is written to the side file, with fsync, only after its commit: what is there must never be lost.
 *   node --conditions=source acked-writer.ts <data folder> <side file>
 */
import { fsyncSync, openSync, writeSync } from 'node:fs'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { openDatabase } from '../store/postgres.ts'
import { sql } from '../store/sql.ts'

const [dataDir = '', sideFile = ''] = process.argv.slice(2)
const log = pino({ level: 'silent' })
const server = await startEmbeddedPostgres({ dataDir, log })
const db = await openDatabase({ url: server.url, applicationName: 'acked writer', poolSize: 1, log })
await db.query(sql`create table if not exists acked (id int primary key)`)
const [last] = await db.query<{ id: number }>(sql`select coalesce(max(id), 0) as id from acked`)
const side = openSync(sideFile, 'a')
process.stdout.write(`${server.adopted ? 'adopted' : 'started'}\n`)
for (let id = (last?.id ?? 0) + 1; ; id += 1) {
  await db.query(sql`insert into acked (id) values (${id})`)
  writeSync(side, `${id}\n`)
  fsyncSync(side)
  if (id % 10 === 0) process.stdout.write('acked ten\n')
}
