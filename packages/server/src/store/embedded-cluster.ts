import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartupError } from '../errors.ts'
import { binary, findPostgresBinaries, type PostgresBinaries, type PostgresUser } from './embedded-binaries.ts'
import { isAlive, runToEnd } from './local-processes.ts'
import { reasonOf } from './postgres-faults.ts'

/** The files of one PostgreSQL cluster and what is needed to run a server on them. */
export interface Cluster {
  readonly dataDir: string
  /** PGDATA. */
  readonly folder: string
  readonly logFile: string
  readonly binaries: PostgresBinaries
  readonly user: PostgresUser | null
  readonly password: string
}

const OWNER = 'slipway'
const PASSWORD_FILE = 'slipway-password'

/** Finds the cluster below the data folder, or makes it: whole with its password, or not at all. */
export async function prepareCluster({ dataDir: given, fsync }: { dataDir: string; fsync: boolean }): Promise<Cluster> {
  const dataDir = resolve(given)
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) => {
    throw new StartupError(
      `The data directory ${dataDir} cannot be made (${reasonOf(error)}). Next: choose another --data-dir.`,
      { cause: error },
    )
  })
  const folder = join(dataDir, 'postgres')
  const major = await majorOf(folder)
  const user = await postgresUser(major === null ? null : folder)
  const binaries = await findPostgresBinaries({ dataDir, user, major })
  const blank = { dataDir, folder, logFile: join(dataDir, 'postgres.log'), binaries, user }
  if (major === null) await createCluster(blank, fsync)
  const password = await readPassword(folder)
  return { ...blank, password: password ?? (await resetPassword({ ...blank, password: '' })) }
}

export function clusterUrl({ password }: Cluster, port: number): string {
  return `postgresql://${OWNER}:${password}@127.0.0.1:${port}/postgres`
}

/**
 * As root, PostgreSQL runs under an account that may not be allowed to enter the folders above its data (`/root`,
 * a private temporary folder). It is started inside its data folder and told to use "here", which needs no such right.
 */
export function spawnPlace({ folder, user }: Pick<Cluster, 'folder' | 'user'>) {
  const here = user !== null && process.platform === 'linux' ? '/proc/self/cwd' : folder
  // Nothing of our environment (PGOPTIONS, locales, preloaded libraries) reaches it; Windows programs do not start without theirs.
  const environment = process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' } }
  return { here, options: { ...user, ...environment, cwd: folder } }
}

/** Null when there is no finished cluster. */
async function majorOf(folder: string): Promise<number | null> {
  try {
    return Number(await readFile(join(folder, 'PG_VERSION'), 'utf8'))
  } catch (error) {
    if (isMissing(error)) return null
    throw new StartupError(
      `The database in ${folder} cannot be read (${reasonOf(error)}). Next: start Slipway as the user who made it, or choose another --data-dir.`,
      { cause: error },
    )
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Null: as ourselves. Root becomes the owner of an existing cluster, or `nobody`. */
async function postgresUser(folder: string | null): Promise<PostgresUser | null> {
  if (process.getuid?.() !== 0) return null
  if (folder !== null) {
    const { uid, gid } = await stat(folder)
    if (uid !== 0) return { uid, gid }
  }
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(accounts) ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

async function createCluster(cluster: Omit<Cluster, 'password'>, fsync: boolean): Promise<void> {
  await removeDrafts(cluster.dataDir)
  const draft = `${cluster.folder}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
  await mkdir(draft, { mode: 0o700 })
  if (cluster.user !== null) await chown(draft, cluster.user.uid, cluster.user.gid)
  const inDraft = { ...cluster, folder: draft, password: '' }
  const { here, options } = spawnPlace(inDraft)
  const locale =
    cluster.binaries.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C', '--data-checksums']
  // prettier-ignore
  const args = ['-D', here, '-U', OWNER, '-E', 'UTF8', ...locale, '--auth-local=reject', '--auth-host=scram-sha-256', '--no-instructions']
  await prepare(binary(cluster.binaries, 'initdb'), fsync ? args : [...args, '--no-sync'], options)
  await resetPassword(inDraft)
  try {
    await rename(draft, cluster.folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another server that started at the same time was faster: its cluster serves.
    if ((await majorOf(cluster.folder)) === null) throw error
  }
  if (fsync) await syncFolder(cluster.dataDir)
}

/** What killed first starts left behind. */
async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = /^postgres\.(\d+)-\w+\.draft$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dataDir, name), { recursive: true, force: true })
  }
}

async function readPassword(folder: string): Promise<string | null> {
  try {
    return await readFile(join(folder, PASSWORD_FILE), 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Sets a new random password without a server, so there is never one that lets anybody in. Needs the cluster to be stopped. */
async function resetPassword(cluster: Cluster): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  const { here, options } = spawnPlace(cluster)
  const args = ['--single', '-D', here, '-c', 'exit_on_error=on', '-c', 'log_checkpoints=off', 'postgres']
  await prepare(binary(cluster.binaries, 'postgres'), args, {
    ...options,
    input: `alter role ${OWNER} password '${password}'\n`,
  })
  const file = join(cluster.folder, PASSWORD_FILE)
  await writeFile(`${file}.draft`, password, { mode: 0o600, flush: true })
  await chmod(`${file}.draft`, 0o600)
  // PostgreSQL wants to sync every file of its folder after a crash.
  if (cluster.user !== null) await chown(`${file}.draft`, cluster.user.uid, cluster.user.gid)
  await rename(`${file}.draft`, file)
  return password
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function prepare(
  command: string,
  args: readonly string[],
  options: Parameters<typeof runToEnd>[2],
): Promise<void> {
  const problem = await runToEnd(command, args, options)
  if (problem === null) return
  throw new StartupError(
    `PostgreSQL could not prepare its data in ${options.cwd} (${problem}). Next: check free space and permissions of that folder, or give the URL of a running PostgreSQL with --database-url.`,
  )
}
