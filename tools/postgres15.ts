// A throwaway PostgreSQL 15, the oldest that the server supports, beside the embedded 18 that the tests use otherwise.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Missing, installDebianPackages, succeeds } from './command.ts'

export interface ThrowawayPostgres {
  readonly url: string
  stop(): Promise<void>
}

interface Account {
  readonly uid: number
  readonly gid: number
}

const USUAL_FOLDERS = [
  '/usr/lib/postgresql/15/bin',
  '/usr/pgsql-15/bin',
  '/opt/homebrew/opt/postgresql@15/bin',
  '/usr/local/opt/postgresql@15/bin',
]

function findBinaries(): string | null {
  return USUAL_FOLDERS.find((folder) => existsSync(join(folder, 'initdb'))) ?? null
}

/** PostgreSQL refuses to run as root: the account that its package made, or else nobody. */
function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = ['postgres:', 'nobody:'].flatMap((name) => accounts.filter((entry) => entry.startsWith(name)))[0]
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port')
  return address.port
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Nothing of it outlives the test run, so it never waits for a disk. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
  log_min_messages: 'warning',
}

export async function startPostgres15(): Promise<ThrowawayPostgres | Missing> {
  if (findBinaries() === null) {
    const failure = await installDebianPackages(['postgresql-15'])
    if (failure !== null) return failure
  }
  const binaries = findBinaries()
  if (binaries === null) return { missing: `PostgreSQL 15 (looked in ${USUAL_FOLDERS.join(', ')})` }

  // Not below the project: an unprivileged account may not be allowed to enter the folders above it.
  const home = mkdtempSync(join(tmpdir(), 'slipway-postgres15-'))
  const account = unprivilegedAccount()
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== null) [home, passwordFile].forEach((path) => chownSync(path, account.uid, account.gid))

  const log: string[] = []
  const start = (program: string, args: readonly string[]) => {
    const child = spawn(join(binaries, program), args, {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { LC_ALL: 'C', PATH: process.env['PATH'] },
      ...account,
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk.toString()))
    return child
  }

  const data = join(home, 'data')
  const initdb = [
    '-D',
    data,
    '-U',
    'slipway',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--no-sync',
  ]
  if ((await exitOf(start('initdb', [...initdb, '--locale=C']))) !== 0) {
    rmSync(home, { recursive: true, force: true })
    throw new Error(`initdb of PostgreSQL 15 failed:\n${log.join('')}`)
  }
  const port = await freePort()
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = start('postgres', ['-D', data, '-p', String(port), ...settings])
  const stop = async () => {
    server.kill('SIGQUIT')
    await exitOf(server)
    rmSync(home, { recursive: true, force: true })
  }

  const deadline = Date.now() + 30_000
  while (!(await succeeds(join(binaries, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Error(`PostgreSQL 15 did not start:\n${log.join('')}`)
    }
    await wait(50)
  }
  return { url: `postgresql://slipway:${password}@127.0.0.1:${port}/postgres`, stop }
}
