import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { StartupError } from '../errors.ts'
import { constantTimeEqual } from './tokens.ts'

/**
 * Sealed bytes, as they are stored (bytea):
 * version 1 · key id 8 · [nonce 12 · wrapped data key 32 · tag 16] · [nonce 12 · ciphertext · tag 16].
 * Every byte is authenticated: a changed one makes `open` throw.
 */
export type Sealed = Buffer

/** Keeps secrets at rest: a random data key per document, wrapped by the installation's key. */
export interface Vault {
  /** Names the installation's key without telling anything of it. */
  readonly key_id: string
  /** `aad` says what the text belongs to, for example `block_document:<id>`; `open` wants the same. */
  seal(plaintext: string, aad: string): Sealed
  /** Throws when a byte was changed, the key is another, or `aad` differs. */
  open(sealed: Uint8Array, aad: string): string
  /** What the database keeps to recognise the key; different at every call. */
  checkValue(): string
  /** Throws a StartupError when `check` was not made with this key. */
  verify(check: string): void
}

const VERSION = 1
const KEY_ID_BYTES = 8
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const WRAP_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
const HEADER_BYTES = 1 + KEY_ID_BYTES
const CHECK_AAD = 'vault:check'
const CHECK_TEXT = 'slipway'

export class VaultError extends Error {
  override readonly name = 'VaultError'
}

export function createVault(key: Buffer): Vault {
  if (key.length !== KEY_BYTES) throw new VaultError(`an encryption key has ${KEY_BYTES} bytes`)
  const id = keyId(key)
  const vault: Vault = {
    key_id: id.toString('hex'),
    seal(plaintext, aad) {
      const header = Buffer.concat([Buffer.of(VERSION), id])
      const dataKey = randomBytes(KEY_BYTES)
      return Buffer.concat([
        header,
        encrypt(key, dataKey, wrapAad(header)),
        encrypt(dataKey, Buffer.from(plaintext, 'utf8'), bodyAad(aad)),
      ])
    },
    open(sealed, aad) {
      const { dataKey, body } = unwrap(Buffer.from(sealed), key)
      return decrypt(dataKey, body, bodyAad(aad)).toString('utf8')
    },
    checkValue() {
      return vault.seal(CHECK_TEXT, CHECK_AAD).toString('base64')
    },
    verify(check) {
      if (!opensCheck(vault, check)) {
        throw new StartupError(
          `The encryption key (id ${vault.key_id}) is not the one that sealed this database (id ${checkKeyId(check)}): ` +
            'give the original one by SLIPWAY_ENCRYPTION_KEY or as the file encryption.key in the data directory.',
        )
      }
    },
  }
  return vault
}

/** The same document under another key. Only the data key is sealed anew, so the text is never in memory. */
export function rewrap(sealed: Uint8Array, from: Buffer, to: Buffer): Sealed {
  const { dataKey, body } = unwrap(Buffer.from(sealed), from)
  const header = Buffer.concat([Buffer.of(VERSION), keyId(to)])
  return Buffer.concat([header, encrypt(to, dataKey, wrapAad(header)), body])
}

function unwrap(sealed: Buffer, key: Buffer): { dataKey: Buffer; body: Buffer } {
  if (sealed.length < HEADER_BYTES + WRAP_BYTES + NONCE_BYTES + TAG_BYTES)
    throw new VaultError('sealed bytes are cut short')
  const header = sealed.subarray(0, HEADER_BYTES)
  if (header[0] !== VERSION) throw new VaultError(`sealed bytes have the unknown version ${header[0]}`)
  if (!header.subarray(1).equals(keyId(key))) {
    throw new VaultError(
      `sealed with key ${header.subarray(1).toString('hex')}, opened with ${keyId(key).toString('hex')}`,
    )
  }
  const dataKey = decrypt(key, sealed.subarray(HEADER_BYTES, HEADER_BYTES + WRAP_BYTES), wrapAad(header))
  return { dataKey, body: sealed.subarray(HEADER_BYTES + WRAP_BYTES) }
}

function encrypt(key: Buffer, plain: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(sealed.length - TAG_BYTES)
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad).setAuthTag(tag)
  try {
    return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), cipher.final()])
  } catch (cause) {
    throw new VaultError('sealed bytes were changed, or belong to something else', { cause })
  }
}

/** The two kinds of plaintext never share associated data, so that neither can stand in for the other. */
function wrapAad(header: Buffer): Buffer {
  return Buffer.concat([Buffer.from('slipway:data-key:'), header])
}

function bodyAad(aad: string): Buffer {
  return Buffer.from(`slipway:document:${VERSION}:${aad}`)
}

function keyId(key: Buffer): Buffer {
  return createHmac('sha256', key).update('slipway:key-id').digest().subarray(0, KEY_ID_BYTES)
}

function opensCheck(vault: Vault, check: string): boolean {
  try {
    return constantTimeEqual(vault.open(Buffer.from(check, 'base64'), CHECK_AAD), CHECK_TEXT)
  } catch (error) {
    if (error instanceof VaultError) return false
    throw error
  }
}

function checkKeyId(check: string): string {
  const bytes = Buffer.from(check, 'base64')
  return bytes.length < HEADER_BYTES ? 'unknown' : bytes.subarray(1, HEADER_BYTES).toString('hex')
}
