/** A mistake of the caller, with the answer that Prefect's clients expect. `body` is sent as it is. */
export class SlipwayError extends Error {
  override readonly name = 'SlipwayError'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) {
    super(typeof body['detail'] === 'string' ? body['detail'] : JSON.stringify(body))
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** The usual shape: `{"detail": "<text>"}`. */
export function problem(status: number, detail: string, headers?: Readonly<Record<string, string>>): SlipwayError {
  return new SlipwayError(status, { detail }, headers)
}

/** An operator's mistake at start: one line, with the next step; the exit code is not 0. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
