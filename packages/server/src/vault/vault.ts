import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { StartupError } from '../errors.ts'
import { constantTimeEqual } from './tokens.ts'

/**
 * Sealed text, as it is stored: plain JSON. Every character is authenticated: a changed one makes `open` throw.
 * `key` is the document's own data key, wrapped by the installation's key; both are base64 of nonce, ciphertext, tag.
 */
export type Sealed = {
  readonly version: 1
  readonly key_id: string
  readonly key: string
  readonly data: string
}

/** Keeps secrets at rest: a random data key per document, wrapped by the installation's key. */
export interface Vault {
  /** Names the installation's key without telling anything of it. */
  readonly key_id: string
  /** `aad` says what the text belongs to, for example `block_document:<id>`; `open` wants the same. */
  seal(plaintext: string, aad: string): Sealed
  /** Throws when a byte was changed, the key is another, or `aad` differs. */
  open(sealed: unknown, aad: string): string
  /** What the database keeps to recognise the key; different at every call. */
  checkValue(): Sealed
  /** Throws a StartupError when `check` was not made with this key. */
  verify(check: unknown): void
}

const VERSION = 1
const KEY_ID_BYTES = 8
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const CHECK_AAD = 'vault:check'
const CHECK_TEXT = 'slipway'

export class VaultError extends Error {
  override readonly name = 'VaultError'
}

export function createVault(key: Buffer): Vault {
  if (key.length !== KEY_BYTES) throw new VaultError(`an encryption key has ${KEY_BYTES} bytes`)
  const key_id = keyId(key)
  const vault: Vault = {
    key_id,
    seal(plaintext, aad) {
      const dataKey = randomBytes(KEY_BYTES)
      return {
        version: VERSION,
        key_id,
        key: encrypt(key, dataKey, wrapAad(key_id)),
        data: encrypt(dataKey, Buffer.from(plaintext, 'utf8'), bodyAad(aad)),
      }
    },
    open(sealed, aad) {
      const { dataKey, data } = unwrap(sealed, key)
      return decrypt(dataKey, data, bodyAad(aad)).toString('utf8')
    },
    checkValue() {
      return vault.seal(CHECK_TEXT, CHECK_AAD)
    },
    verify(check) {
      if (opensCheck(vault, check)) return
      const original = isSealed(check) ? check.key_id : 'unknown'
      throw new StartupError(
        `The encryption key (id ${key_id}) is not the one that sealed this database (id ${original}): ` +
          'give the original one by SLIPWAY_ENCRYPTION_KEY or as the file encryption.key in the data directory.',
      )
    },
  }
  return vault
}

/** The same document under another key. Only the data key is sealed anew, so the text is never in memory. */
export function rewrap(sealed: unknown, from: Buffer, to: Buffer): Sealed {
  const { dataKey, data } = unwrap(sealed, from)
  const key_id = keyId(to)
  return { version: VERSION, key_id, key: encrypt(to, dataKey, wrapAad(key_id)), data }
}

function unwrap(sealed: unknown, key: Buffer): { readonly dataKey: Buffer; readonly data: string } {
  if (!isSealed(sealed)) throw new VaultError('not a sealed text of a known version')
  const key_id = keyId(key)
  if (sealed.key_id !== key_id) throw new VaultError(`sealed with key ${sealed.key_id}, opened with ${key_id}`)
  return { dataKey: decrypt(key, sealed.key, wrapAad(key_id)), data: sealed.data }
}

function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null) return false
  const { version, key_id, key, data } = value as Partial<Record<keyof Sealed, unknown>>
  return version === VERSION && typeof key_id === 'string' && typeof key === 'string' && typeof data === 'string'
}

function encrypt(key: Buffer, plain: Buffer, aad: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function decrypt(key: Buffer, text: string, aad: Buffer): Buffer {
  const sealed = Buffer.from(text, 'base64')
  // Decoding skips what is not base64, so only the one canonical spelling is taken.
  if (sealed.length < NONCE_BYTES + TAG_BYTES || sealed.toString('base64') !== text) {
    throw new VaultError('sealed text was cut or changed')
  }
  const end = sealed.length - TAG_BYTES
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  cipher.setAAD(aad).setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, end)), cipher.final()])
  } catch (cause) {
    throw new VaultError('sealed text was changed, or belongs to something else', { cause })
  }
}

/** The two kinds of plaintext never share associated data, so that neither can stand in for the other. */
function wrapAad(key_id: string): Buffer {
  return Buffer.from(`slipway:data-key:${VERSION}:${key_id}`)
}

function bodyAad(aad: string): Buffer {
  return Buffer.from(`slipway:document:${VERSION}:${aad}`)
}

function keyId(key: Buffer): string {
  return createHmac('sha256', key).update('slipway:key-id').digest().subarray(0, KEY_ID_BYTES).toString('hex')
}

function opensCheck(vault: Vault, check: unknown): boolean {
  try {
    return constantTimeEqual(vault.open(check, CHECK_AAD), CHECK_TEXT)
  } catch (error) {
    if (error instanceof VaultError) return false
    throw error
  }
}
