import { authorization, readLogin } from './session.ts'

/** The folder that the pages are served from, whatever prefix a proxy puts before it. */
export const root = new URL('.', document.baseURI)

/** The server said no. `message` is its reason, `fields` the reasons that belong to one field of the body. */
export class ApiError extends Error {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  constructor(status: number, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.fields = fields
  }
}

interface Sending {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

async function send(path: string, { method, body, headers = {}, signal }: Sending): Promise<Response> {
  const login = readLogin()
  const answer = await fetch(new URL(`api${path}`, root), {
    method,
    credentials: 'omit',
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(login === null ? {} : { authorization: authorization(login) }),
      ...headers,
    },
  })
  if (!answer.ok) throw explain(answer.status, await answer.text())
  return answer
}

async function call<T>(path: string, sending: Sending): Promise<T> {
  const answer = await send(path, sending)
  const text = await answer.text()
  // The server answers as the contract says; types name what each path gives.
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    // A proxy may answer with a page; its status is all there is to tell.
    return {}
  }
}

interface Issue {
  readonly loc?: readonly (string | number)[]
  readonly msg?: string
}

/** The shapes in which Prefect's protocol says no: `detail` as text or as a list of issues, and `exception_detail`. */
function explain(status: number, text: string): ApiError {
  const body = parseObject(text)
  const detail = body['detail'] ?? body['exception_detail'] ?? body['exception_message']
  if (typeof detail === 'string') return new ApiError(status, detail)
  if (Array.isArray(detail)) {
    const issues = (detail as readonly Issue[]).map(({ loc = [], msg = '' }) => ({ field: String(loc.at(-1)), msg }))
    const fields = Object.fromEntries(issues.map(({ field, msg }) => [field, msg]))
    return new ApiError(status, issues.map(({ field, msg }) => `${field}: ${msg}`).join('. '), fields)
  }
  return new ApiError(status, `The server answered ${status}`)
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal) => call<T>(path, { method: 'GET', signal }),
  post: <T>(path: string, body: unknown = {}, options: Pick<Sending, 'headers' | 'signal'> = {}) =>
    call<T>(path, { method: 'POST', body, ...options }),
  patch: (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    call<undefined>(path, { method: 'PATCH', body, headers }),
  download: async (path: string) => await (await send(path, { method: 'GET' })).blob(),
  delete: (path: string) => call<undefined>(path, { method: 'DELETE' }),
} as const

export function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'The server does not answer. The pages try again by themselves.'
  return error instanceof Error ? error.message : String(error)
}
