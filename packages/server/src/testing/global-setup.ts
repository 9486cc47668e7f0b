import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import { databaseUrl, runSql } from './database-admin.ts'
import { removeAbandoned, testFolder } from './test-folders.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, and the migrated database there that each test file clones. */
    readonly testPostgres: { readonly url: string; readonly template: string }
  }
}

const MIGRATIONS = resolve(import.meta.dirname, '../store/migrations')
const log = pino({ level: 'warn' })

/** One PostgreSQL per test run: the embedded one with everything durable switched off, or the one of SLIPWAY_TEST_DATABASE_URL. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const given = process.env['SLIPWAY_TEST_DATABASE_URL']
  const server = given === undefined ? await startTestPostgres() : { url: given, stop: async () => {} }
  const template = `slipway_template_${process.pid}`
  await runSql(server.url, `create database ${template}`)
  await migrate(databaseUrl(server.url, template), { dir: MIGRATIONS, log })
  provide('testPostgres', { url: server.url, template })
  return async () => {
    await runSql(server.url, `drop database ${template} with (force)`)
    await server.stop()
  }
}

async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  await removeAbandoned()
  const dataDir = await testFolder('shared')
  const settings = { max_connections: '200', shared_buffers: '64MB', autovacuum: 'off' }
  const server = await startEmbeddedPostgres({ dataDir, log, fsync: false, settings })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}
