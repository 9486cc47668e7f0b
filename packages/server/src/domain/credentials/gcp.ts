import { createPrivateKey, type KeyObject } from 'node:crypto'

/**
 * The parts of a service account's key that Slipway uses, each validated.
 * Google's library is given these and never the user's JSON: a credential of another type makes it read
 * local files and call any address that the JSON names.
 */
export interface ServiceAccountKey {
  readonly project_id: string
  readonly client_email: string
  readonly private_key_id: string
  /** PKCS #8 PEM, written anew from the parsed key. */
  readonly private_key: string
}

export type Validated<T> = { readonly ok: T } | { readonly error: string }

const MAX_BYTES = 16 * 1024
const MIN_MODULUS_BITS = 2_048
const MAX_MODULUS_BITS = 8_192

/** The keys of a key file as the Google Cloud console makes it. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'type',
  'project_id',
  'private_key_id',
  'private_key',
  'client_email',
  'client_id',
  'auth_uri',
  'token_uri',
  'auth_provider_x509_cert_url',
  'client_x509_cert_url',
  'universe_domain',
])

/** Compared as whole strings, so that no trick with user names, ports or dots in an address passes. */
const TOKEN_URIS: ReadonlySet<string> = new Set([
  'https://oauth2.googleapis.com/token',
  'https://accounts.google.com/o/oauth2/token',
  'https://www.googleapis.com/oauth2/v4/token',
])

const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/
const CLIENT_EMAIL = /^[a-z0-9][a-z0-9-]{0,62}@(?:[a-z0-9-]{1,63}\.){1,6}gserviceaccount\.com$/
const PRIVATE_KEY_ID = /^[0-9a-f]{40}$/
const PEM = /^-----BEGIN (RSA )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END (RSA )?PRIVATE KEY-----\n?$/

/** Takes the content of a key file, as an object or as text. The reason of a refusal never repeats a secret. */
export function validateServiceAccountKey(value: unknown): Validated<ServiceAccountKey> {
  const parsed = typeof value === 'string' ? parseKeyText(value) : { ok: value }
  if ('error' in parsed) return parsed
  const fields = keyFields(parsed.ok)
  if ('error' in fields) return fields
  const { project_id = '', client_email = '', private_key_id = '', private_key = '' } = fields.ok
  if (!PROJECT_ID.test(project_id)) return { error: 'project_id is not the id of a Google Cloud project' }
  if (client_email.length > 254 || !CLIENT_EMAIL.test(client_email)) {
    return { error: 'client_email is not the address of a service account; it ends in .gserviceaccount.com' }
  }
  if (!PRIVATE_KEY_ID.test(private_key_id)) return { error: 'private_key_id is not 40 hexadecimal digits' }
  const key = parsePrivateKey(private_key)
  if ('error' in key) return key
  return { ok: { project_id, client_email, private_key_id, private_key: key.ok } }
}

/**
 * The data of a GCP Credentials block, secrets in clear. `project_id` is the block's `project` where it has one,
 * else the key's own project.
 */
export function validateGcpCredentialsBlock(data: Readonly<Record<string, unknown>>): Validated<ServiceAccountKey> {
  const { service_account_file = null, service_account_info = null, project = null } = data
  if (service_account_file !== null) {
    return {
      error:
        'service_account_file names a file, and the server reads none: put the content of the key file into service_account_info',
    }
  }
  if (service_account_info === null) {
    return { error: 'service_account_info is missing: put the content of a service account’s key file there' }
  }
  if (project !== null && (typeof project !== 'string' || !PROJECT_ID.test(project))) {
    return { error: 'project is not the id of a Google Cloud project' }
  }
  const key = validateServiceAccountKey(service_account_info)
  if ('error' in key) return { error: `service_account_info: ${key.error}` }
  return { ok: project === null ? key.ok : { ...key.ok, project_id: project } }
}

function parseKeyText(text: string): Validated<unknown> {
  if (Buffer.byteLength(text) > MAX_BYTES) return { error: 'larger than 16 KiB, which no service account key is' }
  try {
    return { ok: JSON.parse(text) as unknown }
  } catch (error) {
    // The parser's own message quotes the text, which holds the key.
    if (error instanceof SyntaxError) {
      return { error: 'not valid JSON; paste the whole key file, from the first { to the last }' }
    }
    throw error
  }
}

/** The object's own fields, all of them known and text; of the right type, with an address to get tokens that is Google's. */
function keyFields(value: unknown): Validated<Readonly<Record<string, string>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { error: 'not a JSON object; paste the whole key file' }
  }
  const entries = Object.entries(value)
  const type: unknown = entries.find(([name]) => name === 'type')?.[1]
  if (type !== 'service_account') return { error: wrongType(type) }
  const fields = new Map<string, string>()
  let size = 0
  for (const [name, field] of entries) {
    if (!KNOWN_KEYS.has(name)) return { error: `a service account key has no field ${shown(name)}` }
    if (typeof field !== 'string') return { error: `${name} is not text` }
    fields.set(name, field)
    size += Buffer.byteLength(field)
  }
  if (size > MAX_BYTES) return { error: 'larger than 16 KiB, which no service account key is' }
  for (const name of ['project_id', 'private_key_id', 'private_key', 'client_email']) {
    if ((fields.get(name) ?? '') === '') return { error: `${name} is missing` }
  }
  const token_uri = fields.get('token_uri')
  if (token_uri !== undefined && !TOKEN_URIS.has(token_uri)) {
    return { error: 'token_uri is not an address of Google; it is https://oauth2.googleapis.com/token' }
  }
  const universe = fields.get('universe_domain')
  if (universe !== undefined && universe !== 'googleapis.com') return { error: 'universe_domain is not googleapis.com' }
  return { ok: Object.fromEntries(fields) }
}

function wrongType(type: unknown): string {
  if (type === undefined) return 'type is missing; a service account key has "type": "service_account"'
  const advice = 'create a key of a service account and use its JSON file'
  return `type is ${shown(type)} and must be "service_account": ${advice}`
}

/** Names and types are short words; anything else may be a secret in the wrong place. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,39}$/i.test(value) ? `"${value}"` : 'of another kind'
}

function parsePrivateKey(text: string): Validated<string> {
  const pem = text.replaceAll('\r\n', '\n').trim()
  if (pem.startsWith('*')) return { error: 'private_key holds stars in place of the key; paste the key file again' }
  if (!pem.includes('\n') && pem.includes(String.raw`\n`)) {
    return { error: String.raw`private_key holds the characters \n in place of line breaks; it was quoted twice` }
  }
  if (/^-----BEGIN (ENCRYPTED|EC|OPENSSH|CERTIFICATE|PUBLIC)/.test(pem)) {
    return { error: 'private_key is not an unencrypted RSA private key' }
  }
  if (!PEM.test(pem)) return { error: 'private_key is not one complete private key in PEM form; it was cut or changed' }
  const key = readKey(pem)
  if (key === null) return { error: 'private_key cannot be read; it was cut or changed' }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa') return { error: 'private_key is not an RSA key' }
  if (bits < MIN_MODULUS_BITS) return { error: `private_key has ${bits} bits, and 2048 are the least` }
  if (bits > MAX_MODULUS_BITS) return { error: `private_key has ${bits} bits, and 8192 are the most` }
  return { ok: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function readKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    // OpenSSL's reasons differ by version and say nothing to a person; a mistake of ours has no such code.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL')) return null
    throw error
  }
}
