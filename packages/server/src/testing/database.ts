import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { inject } from 'vitest'
import type { Database } from '../store/database.ts'
import { openDatabase } from '../store/postgres.ts'
import { databaseUrl, runSql } from './database-admin.ts'

export interface TestDatabase {
  readonly db: Database
  readonly url: string
  /** Closes and drops it. */
  close(): Promise<void>
}

/** A fresh, migrated database for one test file: make it in `beforeAll`, close it in `afterAll`. */
export async function createTestDatabase({ poolSize = 5 }: { poolSize?: number } = {}): Promise<TestDatabase> {
  const { url, template } = inject('testPostgres')
  return await createDatabase({ url, template, poolSize })
}

/** A fresh database without any schema, for tests of migrations. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await createDatabase({ url: inject('testPostgres').url, template: 'template1', poolSize: 5 })
}

interface Order {
  readonly url: string
  readonly template: string
  readonly poolSize: number
}

async function createDatabase({ url, template, poolSize }: Order): Promise<TestDatabase> {
  const name = `slipway_test_${process.pid}_${randomBytes(6).toString('hex')}`
  await runSql(url, `create database ${name} template ${template} strategy file_copy`)
  const ownUrl = databaseUrl(url, name)
  const db = await openDatabase({
    url: ownUrl,
    applicationName: 'slipway test',
    poolSize,
    log: pino({ level: 'silent' }),
  })
  return {
    db,
    url: ownUrl,
    async close() {
      await db.close()
      await runSql(url, `drop database ${name} with (force)`)
    },
  }
}
