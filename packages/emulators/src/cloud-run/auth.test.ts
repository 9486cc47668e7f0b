import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type JwtChanges,
  type TestEmulator,
  createAccount,
  eventually,
  signJwt,
  startTestEmulator,
} from '../testing/client.ts'

const stranger = createAccount('stranger@acme.iam.gserviceaccount.com')
const now = (): number => Math.floor(Date.now() / 1_000)
let emulator: TestEmulator

beforeAll(async () => {
  emulator = await startTestEmulator({ engine: 'none' })
})
afterAll(() => emulator.close())

const list = (authorization: string) =>
  emulator.call('GET', `${emulator.region}/jobs`, undefined, { headers: { authorization } })

test.for<[string, () => JwtChanges]>([
  ['the scope', () => ({})],
  ['the audience instead of the scope', () => ({ claims: { scope: undefined, aud: 'https://run.googleapis.com/' } })],
])('lets in a self-signed token with %s', async ([, changes]) => {
  expect((await list(`Bearer ${signJwt(emulator.account, changes())}`)).status).toBe(200)
})

test.for<[string, () => JwtChanges]>([
  ['that has expired', () => ({ claims: { iat: now() - 4_000, exp: now() - 400 } })],
  ['that lives longer than an hour', () => ({ claims: { exp: now() + 3_700 } })],
  ['from the future', () => ({ claims: { iat: now() + 600, exp: now() + 700 } })],
  ['without times', () => ({ claims: { iat: undefined } })],
  ["with another key's signature", () => ({ signer: stranger })],
  ['of an unknown account', () => ({ claims: { iss: stranger.email, sub: stranger.email }, signer: stranger })],
  ['for another subject', () => ({ claims: { sub: stranger.email } })],
  ['with a revoked key id', () => ({ header: { kid: '0'.repeat(40) } })],
  ['without a signature algorithm', () => ({ header: { alg: 'none' } })],
  ['for another service', () => ({ claims: { scope: undefined, aud: 'https://storage.googleapis.com/' } })],
  ['with a smaller scope', () => ({ claims: { scope: 'https://www.googleapis.com/auth/userinfo.email' } })],
])('refuses a token %s', async ([, changes]) => {
  const answer = await list(`Bearer ${signJwt(emulator.account, changes())}`)
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
})

test.for(['', 'Bearer', 'Bearer nonsense', 'Bearer a.b.c', 'Basic dXNlcjpwdw=='])(
  'refuses the header %j',
  async (authorization) => {
    expect((await list(authorization)).status).toBe(401)
  },
)

const exchange = (assertion: string, grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer') =>
  emulator.call('POST', '/token', new URLSearchParams({ grant_type, assertion }).toString(), {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

test.for<[string, () => string]>([
  ["the emulator's own token endpoint", () => `${emulator.url}/token`],
  ["Google's token endpoint", () => 'https://oauth2.googleapis.com/token'],
])('exchanges a token made for %s', async ([, aud]) => {
  const { status, body } = await exchange(signJwt(emulator.account, { claims: { aud: aud() } }))
  expect(status).toBe(200)
  expect(body).toMatchObject({ token_type: 'Bearer' })
  expect((await list(`Bearer ${String(body['access_token'])}`)).status).toBe(200)
})

test.for<[string, () => JwtChanges]>([
  ['for another audience', () => ({ claims: { aud: 'https://evil.example/token' } })],
  ['with a bad signature', () => ({ claims: { aud: 'https://oauth2.googleapis.com/token' }, signer: stranger })],
])('does not exchange a token %s', async ([, changes]) => {
  const answer = await exchange(signJwt(emulator.account, changes()))
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a disabled account is refused', async () => {
  const account = createAccount('old@acme.iam.gserviceaccount.com')
  const { email, project_id, private_key_id, public_key_pem } = account
  await emulator.control('POST', 'service-accounts', {
    email,
    project_id,
    private_key_id,
    public_key_pem,
    is_disabled: true,
  })
  expect((await list(`Bearer ${signJwt(account)}`)).status).toBe(401)
  const answer = await exchange(signJwt(account, { claims: { aud: 'https://oauth2.googleapis.com/token' } }))
  expect(answer.body).toMatchObject({ error: 'invalid_grant' })
})

test('a missing permission is named', async () => {
  const account = createAccount('reader@acme.iam.gserviceaccount.com')
  const { email, project_id, private_key_id, public_key_pem } = account
  await emulator.control('POST', 'service-accounts', {
    email,
    project_id,
    private_key_id,
    public_key_pem,
    permissions: ['run.jobs.list'],
  })
  const headers = { headers: { authorization: `Bearer ${signJwt(account)}` } }
  expect((await emulator.call('GET', `${emulator.region}/jobs`, undefined, headers)).status).toBe(200)
  const answer = await emulator.call('GET', `${emulator.region}/jobs/j`, undefined, headers)
  expect(answer.status).toBe(403)
  expect(answer.text).toContain(
    "Permission 'run.jobs.get' denied on resource 'projects/acme/locations/europe-west1/jobs/j'",
  )
})

test("another project's resources are out of reach", async () => {
  const answer = await emulator.call('GET', '/v2/projects/other/locations/europe-west1/jobs')
  expect(answer).toMatchObject({ status: 403, body: { error: { details: [{ reason: 'IAM_PERMISSION_DENIED' }] } } })
})

test('a project without the service says how to enable it', async () => {
  const other = await startTestEmulator({
    engine: 'none',
    projects: { acme: { disabled_services: ['run.googleapis.com'] } },
  })
  try {
    const answer = await other.call('GET', `${other.region}/jobs`)
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('SERVICE_DISABLED')
    expect((await other.call('GET', '/v2/projects/nowhere/locations/europe-west1/jobs')).text).toContain(
      'CONSUMER_INVALID',
    )
  } finally {
    await other.close()
  }
})

test('a token expires by the virtual clock', async () => {
  const token = `Bearer ${signJwt(emulator.account)}`
  expect((await list(token)).status).toBe(200)
  await emulator.control('POST', 'clock', { advance_ms: 3_601_000 })
  const answer = await list(token)
  expect(answer).toMatchObject({ status: 401, body: { error: { details: [{ reason: 'ACCESS_TOKEN_EXPIRED' }] } } })
  await emulator.control('POST', 'clock', { offset_ms: 0 })
  await eventually(async () => expect((await list(token)).status).toBe(200))
})
