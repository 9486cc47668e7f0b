/** For tests: a running emulator with a service account, and requests to it as a plain HTTP client makes them. */
import { type JsonWebKey, type KeyObject, createSign, generateKeyPairSync } from 'node:crypto'
import { type CloudRunEmulator, type CloudRunEmulatorOptions, startCloudRunEmulator } from '../index.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  // Tests look into answers of many shapes and compare what they find.
  readonly body: Record<string, unknown>
}

export interface Account {
  readonly email: string
  readonly project_id: string
  readonly private_key_id: string
  readonly private_key: KeyObject
  readonly public_key_pem: string
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export interface TestEmulator extends CloudRunEmulator {
  readonly account: Account
  /** `/v2/projects/P/locations/L`. */
  readonly region: string
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>
  control(method: string, action: string, body?: unknown): Promise<Answer>
}

export function createAccount(email = 'flows@acme.iam.gserviceaccount.com', project_id = 'acme'): Account {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk: JsonWebKey = publicKey.export({ format: 'jwk' })
  return {
    email,
    project_id,
    private_key_id: (jwk.n ?? '').slice(0, 40),
    private_key: privateKey,
    public_key_pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

export interface JwtChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly signer?: Account
}

/** A bearer as Google's libraries sign it, with changes. */
export function signJwt(account: Account, changes: JwtChanges = {}): string {
  const now = Math.floor(Date.now() / 1_000)
  const scope = 'https://www.googleapis.com/auth/cloud-platform'
  const header = { alg: 'RS256', typ: 'JWT', kid: account.private_key_id, ...changes.header }
  const claims = { iss: account.email, sub: account.email, iat: now, exp: now + 3_600, scope, ...changes.claims }
  const unsigned = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = createSign('RSA-SHA256')
    .update(unsigned)
    .sign((changes.signer ?? account).private_key, 'base64url')
  return `${unsigned}.${signature}`
}

export async function startTestEmulator(
  options: CloudRunEmulatorOptions & { readonly account?: Account } = {},
): Promise<TestEmulator> {
  const { account = createAccount(), ...rest } = options
  const emulator = await startCloudRunEmulator(rest)
  const test: TestEmulator = {
    ...emulator,
    account,
    region: `/v2/projects/${account.project_id}/locations/europe-west1`,
    call: (method, path, body, { headers, signal } = {}) =>
      request(method, `${emulator.url}${path}`, body, {
        headers: { authorization: `Bearer ${signJwt(account)}`, ...headers },
        signal,
      }),
    control: (method, action, body) => request(method, `${emulator.controlUrl}/_control/${action}`, body, {}),
  }
  const { email, project_id, private_key_id, public_key_pem } = account
  await test.control('POST', 'service-accounts', { email, project_id, private_key_id, public_key_pem })
  return test
}

async function request(method: string, url: string, body: unknown, { headers, signal }: CallOptions): Promise<Answer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const payload = body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body)
  const response = await fetch(url, { method, headers: { ...type, ...headers }, body: payload, signal: signal ?? null })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {} // every JSON answer of the emulator is an object
  return { status: response.status, type: response.headers.get('content-type') ?? '', text, body: parsed }
}

/** Tries until it does not throw; what the emulator does by itself takes a few milliseconds. */
export async function eventually<Result>(attempt: () => Promise<Result>, withinMs = 10_000): Promise<Result> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/** A job with one container that runs a shell script. */
export function shellJob(script: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { container, template, execution, ...job } = changes as Record<string, Record<string, unknown> | undefined>
  const containers = [{ image: 'registry.example/flow:1', command: ['sh', '-c', script], ...container }]
  return { template: { ...execution, template: { maxRetries: 0, containers, ...template } }, ...job }
}
