import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findPostmaster } from '../store/embedded-postmaster.ts'
import { isAlive } from '../store/local-processes.ts'

const CACHE = resolve(import.meta.dirname, '../../../../.cache')

/** A new private folder, named after this process so that a later run can tell whether it is still used. */
export async function testFolder(purpose: string): Promise<string> {
  await mkdir(CACHE, { recursive: true })
  return await mkdtemp(join(CACHE, `test-postgres-${process.pid}-${purpose}-`))
}

/** Ends and removes what test runs that were killed left behind: a PostgreSQL outlives its server on purpose. */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(CACHE).catch(() => [])) {
    const pid = /^test-postgres-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const folder = join(CACHE, name)
    for (const cluster of ['postgres', 'data/postgres']) {
      const running = await findPostmaster(join(folder, cluster))
      if (running !== null) process.kill(running.pid, 'SIGQUIT')
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}
