import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { binary } from './embedded-binaries.ts'
import { spawnPlace, type Cluster } from './embedded-cluster.ts'
import { isAlive } from './local-processes.ts'

/** The running server process of a cluster, as its `postmaster.pid` tells. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

const LARGEST_LOG_BYTES = 16 * 1024 * 1024

/** The live postmaster, or null. A file that a killed one left, and whose pid now belongs to somebody else, is removed. */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const file = join(folder, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  // The file is written in steps; one without a port has just been begun.
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null
  if (await isPostmaster(pid, folder)) return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
  if ((await readFile(file, 'utf8').catch(() => '')) === text) await rm(file, { force: true })
  return null
}

/** Numbers of processes are used again, after a restart of a container nearly always: a live pid alone proves nothing. */
async function isPostmaster(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  if (process.platform === 'linux')
    return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === (await realpath(folder))
  return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout.includes(folder)
}

export interface PostmasterOptions {
  readonly port: number
  readonly fsync: boolean
  readonly settings: Readonly<Record<string, string>>
}

/** Starts PostgreSQL in a process group of its own, so that a Ctrl-C in the terminal reaches us alone and we stop it in order. */
export async function spawnPostmaster(
  cluster: Cluster,
  { port, fsync, settings }: PostmasterOptions,
): Promise<ChildProcess> {
  const { here, options } = spawnPlace(cluster)
  const flags: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    shared_buffers: totalmem() > 4 * 1024 ** 3 ? '256MB' : '128MB',
    max_connections: '40',
    wal_compression: 'pglz',
    autovacuum_naptime: '15s',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  const args = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // A file, not a pipe: it goes on when we are killed.
  const log = await openLog(cluster.logFile)
  try {
    const child = spawn(binary(cluster.binaries, 'postgres'), ['-D', here, ...args], {
      ...options,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > LARGEST_LOG_BYTES) await rename(path, `${path}.1`)
  return await open(path, 'a', 0o600)
}

/** Asks for a shutdown: `fast` ends all sessions and writes everything out, `immediate` leaves that to the next start. */
export function signalPostmaster(cluster: Cluster, pid: number, mode: 'fast' | 'immediate'): void {
  if (process.platform === 'win32') {
    spawnSync(binary(cluster.binaries, 'pg_ctl'), ['stop', '-D', cluster.folder, '-m', mode, '-W'])
    return
  }
  if (isAlive(pid)) process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
}
