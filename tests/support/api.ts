export interface Answer<Body> {
  readonly status: number
  readonly body: Body
}

/** A JSON client of one server. `call` gives any answer; the others throw when it is not a success. */
export interface Api {
  readonly url: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  call<Body = any>(method: string, path: string, body?: unknown): Promise<Answer<Body>>
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  get<Body = any>(path: string): Promise<Body>
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  post<Body = any>(path: string, body: unknown): Promise<Body>
  patch(path: string, body: unknown): Promise<void>
}

const TIMEOUT_MS = 20_000

/** `url` ends in /api; `auth` is the text that PREFECT_API_AUTH_STRING would hold. */
export function api(url: string, auth: string | null = null): Api {
  const headers = auth === null ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const call = async (method: string, path: string, body?: unknown): Promise<Answer<any>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json')
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text }
  }
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const expectSuccess = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer: Answer<unknown> = await call(method, path, body)
    if (answer.status >= 400) throw new Error(`${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    url,
    call,
    get: (path) => expectSuccess('GET', path),
    post: (path, body) => expectSuccess('POST', path, body),
    async patch(path, body) {
      await expectSuccess('PATCH', path, body)
    },
  }
}
