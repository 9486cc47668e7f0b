import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { validateGcpCredentialsBlock, validateServiceAccountKey } from './gcp.ts'

const private_key = rsaKey(2_048)
const good = {
  type: 'service_account',
  project_id: 'acme-data-1',
  private_key_id: '0123456789abcdef0123456789abcdef01234567',
  private_key,
  client_email: 'slipway@acme-data-1.iam.gserviceaccount.com',
  client_id: '100000000000000000000',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'https://oauth2.googleapis.com/token',
  auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
  client_x509_cert_url:
    'https://www.googleapis.com/robot/v1/metadata/x509/slipway%40acme-data-1.iam.gserviceaccount.com',
  universe_domain: 'googleapis.com',
}
const validated = {
  ok: {
    project_id: good.project_id,
    client_email: good.client_email,
    private_key_id: good.private_key_id,
    private_key,
  },
}

function rsaKey(modulusLength: number, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type, format: 'pem' }).toString()
}

function ecKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

function without(name: keyof typeof good) {
  return Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))
}

test('a key file is taken as an object and as text, and only what is used is kept', () => {
  expect(validateServiceAccountKey(good)).toEqual(validated)
  expect(validateServiceAccountKey(JSON.stringify(good, null, 2))).toEqual(validated)
  expect(validateServiceAccountKey({ ...good, private_key: private_key.replaceAll('\n', '\r\n') })).toEqual(validated)
})

test.for(['token_uri', 'universe_domain', 'client_id', 'auth_uri'] as const)('%s may be left out', (name) => {
  expect(validateServiceAccountKey(without(name))).toEqual(validated)
})

test.for([
  '123456789012-compute@developer.gserviceaccount.com',
  'acme-data-1@appspot.gserviceaccount.com',
  'job@acme-data-1.example.com.iam.gserviceaccount.com',
])('%s is a service account', (client_email) => {
  expect(validateServiceAccountKey({ ...good, client_email })).toMatchObject({ ok: { client_email } })
})

test('an old PKCS #1 key is written anew as PKCS #8', () => {
  const result = validateServiceAccountKey({ ...good, private_key: rsaKey(2_048, 'pkcs1') })
  expect(result).toMatchObject({ ok: { private_key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) } })
})

describe('attacks', () => {
  test.for<[string, unknown, RegExp]>([
    [
      'external account that makes the server call an internal address',
      {
        type: 'external_account',
        audience: 'a',
        token_url: 'https://attacker.example/token',
        credential_source: {
          url: 'http://169.254.169.254/computeMetadata/v1/',
          headers: { 'Metadata-Flavor': 'Google' },
        },
      },
      /"external_account".*service_account/,
    ],
    [
      'external account that reads a file of the server',
      {
        type: 'external_account',
        token_url: 'https://attacker.example/token',
        credential_source: { file: '/etc/hostname' },
      },
      /"external_account"/,
    ],
    [
      'external account that runs a program on the server',
      { type: 'external_account', credential_source: { executable: { command: '/bin/sh -c id' } } },
      /"external_account"/,
    ],
    [
      'impersonation of another account through a nested credential',
      {
        type: 'impersonated_service_account',
        service_account_impersonation_url: 'https://attacker.example/',
        source_credentials: { type: 'external_account' },
      },
      /"impersonated_service_account"/,
    ],
    [
      'a user’s own login',
      { type: 'authorized_user', client_id: 'x', client_secret: 'y', refresh_token: 'z' },
      /"authorized_user"/,
    ],
    [
      'service account with a credential source besides',
      { ...good, credential_source: { url: 'http://169.254.169.254/' } },
      /no field "credential_source"/,
    ],
    ['token address of somebody else', { ...good, token_uri: 'https://attacker.example/token' }, /token_uri/],
    [
      'token address that only looks like Google’s',
      { ...good, token_uri: 'https://oauth2.googleapis.com@attacker.example/token' },
      /token_uri/,
    ],
    ['another universe', { ...good, universe_domain: 'attacker.example' }, /universe_domain/],
    [
      'address that only looks like a service account',
      { ...good, client_email: 'a@iam.gserviceaccount.com.attacker.example' },
      /client_email/,
    ],
    ['project that leaves its place in a path', { ...good, project_id: 'acme/../../other' }, /project_id/],
    ['key that is too weak', { ...good, private_key: rsaKey(1_024) }, /1024 bits/],
    ['key of another algorithm', { ...good, private_key: ecKey() }, /not an RSA key/],
    ['size that no key has', { ...good, client_id: '1'.repeat(20_000) }, /16 KiB/],
    ['size that no key has, as text', JSON.stringify({ ...good, client_id: '1'.repeat(20_000) }), /16 KiB/],
    ['prototype', JSON.parse(JSON.stringify(good).replace('{', '{"__proto__":{"x":"y"},')), /no field/],
  ])('%s is refused', ([, value, reason]) => {
    expect(validateServiceAccountKey(value)).toEqual({ error: expect.stringMatching(reason) })
  })
})

describe('mistakes', () => {
  test.for<[string, unknown, RegExp]>([
    ['text cut short', JSON.stringify(good).slice(0, -20), /not valid JSON; paste the whole key file/],
    ['empty text', '', /not valid JSON/],
    ['JSON text of a list', '[]', /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['number', 7, /not a JSON object/],
    ['OAuth client', { installed: { client_id: 'x' } }, /type is missing/],
    ['secret in the place of the type', { ...good, type: private_key }, /type is of another kind/],
    ['no key', without('private_key'), /private_key is missing/],
    ['no email', { ...good, client_email: '' }, /client_email is missing/],
    ['no project', without('project_id'), /project_id is missing/],
    ['number for a text', { ...good, client_id: 100 }, /client_id is not text/],
    ['short key id', { ...good, private_key_id: 'abc' }, /40 hexadecimal digits/],
    ['line breaks quoted twice', { ...good, private_key: private_key.replaceAll('\n', '\\n') }, /quoted twice/],
    ['key cut in the middle', { ...good, private_key: cut(private_key) }, /cut or changed/],
    ['key without its end', { ...good, private_key: private_key.slice(0, 800) }, /cut or changed/],
    ['two keys', { ...good, private_key: private_key + private_key }, /not one complete/],
    ['stars of a hidden value', { ...good, private_key: '********' }, /stars/],
    ['encrypted key', { ...good, private_key: private_key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE') }, /unencrypted/],
  ])('%s is refused with what to do', ([, value, reason]) => {
    const result = validateServiceAccountKey(value)
    expect(result).toEqual({ error: expect.stringMatching(reason) })
    expect(JSON.stringify(result)).not.toContain(private_key.split('\n')[3])
  })

  function cut(pem: string): string {
    const lines = pem.split('\n')
    return [...lines.slice(0, 5), ...lines.slice(9)].join('\n')
  }
})

describe('a GCP Credentials block', () => {
  test('project wins over the key’s own', () => {
    expect(validateGcpCredentialsBlock({ service_account_info: good })).toEqual(validated)
    const data = { service_account_info: JSON.stringify(good), service_account_file: null, project: 'other-project' }
    expect(validateGcpCredentialsBlock(data)).toMatchObject({ ok: { project_id: 'other-project' } })
  })

  test.for<[string, Record<string, unknown>, RegExp]>([
    ['file on the server', { service_account_file: '/etc/passwd' }, /the server reads none/],
    ['file besides a key', { service_account_file: '/k.json', service_account_info: good }, /the server reads none/],
    ['nothing', {}, /service_account_info is missing/],
    ['nothing but nulls', { service_account_file: null, service_account_info: null, project: null }, /is missing/],
    ['project with a path', { service_account_info: good, project: 'a/b' }, /^project is not/],
    ['broken key', { service_account_info: { ...good, type: 'authorized_user' } }, /^service_account_info: type/],
  ])('%s is refused', ([, data, reason]) => {
    expect(validateGcpCredentialsBlock(data)).toEqual({ error: expect.stringMatching(reason) })
  })
})
