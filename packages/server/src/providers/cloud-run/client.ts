import type { Json } from '@slipway/contract'
import type { run_v2 } from '@googleapis/run'
import type { ServiceAccountKey } from '../../domain/credentials/gcp.ts'
import type { Answer } from './faults.ts'

/** Google's own client for one service account; built only from fields that were validated one by one. */
export interface CloudRunClient {
  readonly run: run_v2.Run
  /** A header for Google's other APIs, signed here: nothing is asked of any token endpoint. */
  readonly authorization: (url: string) => Promise<string>
}

export interface CloudRunEndpoints {
  /** Operator configuration, never input of a pool: `https://run.googleapis.com/` or an emulator on loopback. */
  readonly run: string
  readonly logging: string
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const CALL_TIMEOUT_MS = 30_000

/** 110 ms and 60 MB: only servers that have a Cloud Run pool pay for it. */
export async function loadLibrary() {
  return await import('@googleapis/run')
}

/** Loads Google's library on first use; keeps one client, and so one signed token an hour, per key. */
export class CloudRunClients {
  readonly #endpoints: CloudRunEndpoints
  readonly #clients = new Map<string, CloudRunClient>()

  constructor(endpoints: CloudRunEndpoints) {
    this.#endpoints = endpoints
  }

  async for(key: ServiceAccountKey): Promise<CloudRunClient> {
    const name = `${key.client_email}/${key.private_key_id}`
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const { auth, run } = await loadLibrary()
    const jwt = new auth.JWT({
      email: key.client_email,
      key: key.private_key,
      keyId: key.private_key_id,
      scopes: [SCOPE],
    })
    // A self-signed token (RFC 7523 with a scope claim): no call to a token endpoint, so none that a key could redirect.
    jwt.useJWTAccessWithScope = true
    const client: CloudRunClient = {
      run: run({
        version: 'v2',
        auth: jwt,
        rootUrl: this.#endpoints.run.endsWith('/') ? this.#endpoints.run : `${this.#endpoints.run}/`,
      }),
      authorization: async (url) => {
        const headers = await jwt.getRequestHeaders(url)
        return headers.get('authorization') ?? ''
      },
    }
    // Bounded: keys are rotated, servers run for months.
    if (this.#clients.size >= 200) this.#clients.clear()
    this.#clients.set(name, client)
    return client
  }

  get loggingUrl(): string {
    return `${this.#endpoints.logging.replace(/\/$/, '')}/v2/entries:list`
  }
}

/** Retrying is ours: a second try by the library would be a second submission that nobody looked up first. */
export function callOptions(signal: AbortSignal) {
  return { signal, timeout: CALL_TIMEOUT_MS, retry: false, retryConfig: { retry: 0 }, maxRedirects: 0 } as const
}

/** What came back, whether the library threw or not. */
export function answerOf(error: unknown): Answer {
  // gaxios attaches the answer to its error; its types differ between the versions that Google's packages bundle.
  const thrown = error as {
    readonly response?: {
      readonly status?: number
      readonly data?: unknown
      readonly headers?: Headers | Record<string, string>
    }
    readonly status?: number
    readonly code?: string | number
    readonly message?: string
    readonly cause?: { readonly code?: string }
  }
  const status = thrown.response?.status ?? null
  if (status === null) {
    const code = thrown.cause?.code ?? (typeof thrown.code === 'string' ? thrown.code : null)
    return {
      status: null,
      body: null,
      retry_after: null,
      transport: code ?? thrown.message?.slice(0, 200) ?? 'unknown error',
    }
  }
  return {
    status,
    body: jsonOf(thrown.response?.data),
    retry_after: header(thrown.response?.headers, 'retry-after'),
    transport: null,
  }
}

function header(headers: Headers | Record<string, string> | undefined, name: string): string | null {
  if (headers === undefined) return null
  return headers instanceof Headers ? headers.get(name) : (headers[name] ?? null)
}

function jsonOf(data: unknown): Json {
  if (typeof data === 'string') {
    try {
      // An answer of Google's front end may be HTML; only JSON tells anything.
      return JSON.parse(data) as Json
    } catch {
      return null
    }
  }
  if (data instanceof ArrayBuffer || Buffer.isBuffer(data))
    return jsonOf(Buffer.from(data as ArrayBuffer).toString('utf8'))
  return (data ?? null) as Json
}
