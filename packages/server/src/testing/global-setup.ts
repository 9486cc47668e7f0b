import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { findPostmaster } from '../store/embedded-postmaster.ts'
import { isAlive } from '../store/local-processes.ts'
import { migrate } from '../store/migrate.ts'
import { databaseUrl, runSql } from './database-admin.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, and the migrated database there that each test file clones. */
    readonly testPostgres: { readonly url: string; readonly template: string }
  }
}

const CACHE = resolve(import.meta.dirname, '../../../../.cache')
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
  const dataDir = join(CACHE, `test-postgres-${process.pid}`)
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

/** What a test run that was killed left behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(CACHE).catch(() => [])) {
    const pid = /^test-postgres-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const folder = join(CACHE, name)
    const running = await findPostmaster(join(folder, 'postgres'))
    if (running !== null) process.kill(running.pid, 'SIGQUIT')
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}
