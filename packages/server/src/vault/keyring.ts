import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { decodeKey } from '../config-values.ts'
import { StartupError } from '../errors.ts'
import { createVault, type Vault } from './vault.ts'

export interface VaultOptions {
  /** SLIPWAY_ENCRYPTION_KEY; null to use the file in `data_dir`. */
  readonly encryption_key: string | null
  readonly data_dir: string
  /** What the database holds from an earlier start; null when it holds nothing, and only then is a key made. */
  readonly check: unknown
}

export const KEY_FILE = 'encryption.key'

/**
 * The installation's vault. A fresh database is given `checkValue()` to keep; two servers may do so at once,
 * so each calls `verify` with what the database kept in the end.
 */
export function openVault(options: VaultOptions): Vault {
  const vault = createVault(findKey(options))
  if (options.check !== null) vault.verify(options.check)
  return vault
}

function findKey({ encryption_key, data_dir, check }: VaultOptions): Buffer {
  if (encryption_key !== null) return keyOf(encryption_key, 'SLIPWAY_ENCRYPTION_KEY')
  const path = join(data_dir, KEY_FILE)
  const found = readKeyFile(path)
  if (found !== null) return found
  if (check !== null) {
    throw new StartupError(
      `The database holds sealed secrets, and their key is missing: put the original file back to ${path}, ` +
        'or set SLIPWAY_ENCRYPTION_KEY. No new key is made, it could not open them.',
    )
  }
  writeKeyFile(data_dir, path)
  const made = readKeyFile(path)
  if (made === null) throw new StartupError(`${path} was removed while the server was starting: start it again.`)
  return made
}

function readKeyFile(path: string): Buffer | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    throw new StartupError(`${path} can be read by other users of this machine: run chmod 600 ${path}.`)
  }
  return keyOf(readFileSync(path, 'utf8').trim(), path)
}

/** Complete from the moment it has its name: servers that start at once all read the same key. */
function writeKeyFile(data_dir: string, path: string): void {
  mkdirSync(data_dir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}

function keyOf(text: string, place: string): Buffer {
  const key = decodeKey(text)
  if (key === null) {
    throw new StartupError(
      `${place} is not a key of 32 bytes in base64 or hex; a new one is made by: openssl rand -base64 32.`,
    )
  }
  return key
}
