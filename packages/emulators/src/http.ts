/** A small HTTP server for loopback: reads whole bodies, refuses what a web page in a browser could send. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'

export interface HttpRequest {
  readonly method: string
  /** The path, not decoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Milliseconds since 1970, with a fraction, when the head of the request had arrived; never shifted. */
  readonly received_ms: number
}

export interface HttpReply {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** What goes wrong on the way back, when a fault asks for it. */
  readonly breakage?: 'hang' | 'reset' | 'truncate'
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const MAX_BODY_BYTES = 10 * 1024 * 1024
const LOOPBACK_HOST = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i

export const jsonReply = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): HttpReply => {
  const reply = { status, type: 'application/json; charset=UTF-8', body: JSON.stringify(body) }
  return headers === undefined ? reply : { ...reply, headers }
}

export async function listen(
  options: { readonly host: string; readonly port: number },
  handle: (request: HttpRequest) => Promise<HttpReply>,
): Promise<HttpServer> {
  const server = createServer((incoming, response) => {
    const received_ms = performance.timeOrigin + performance.now()
    serve(incoming, response, received_ms, handle).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return { url: `http://${options.host}:${address.port}`, port: address.port, close: () => closeServer(server) }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  received_ms: number,
  handle: (request: HttpRequest) => Promise<HttpReply>,
): Promise<void> {
  const refusal = refuseBrowser(incoming)
  if (refusal !== null) {
    send(response, jsonReply(403, { error: { code: 403, status: 'PERMISSION_DENIED', message: refusal } }))
    return
  }
  const body = await readBody(incoming)
  if (body === null) {
    send(
      response,
      jsonReply(413, {
        error: {
          code: 413,
          status: 'INVALID_ARGUMENT',
          message: 'Request payload size exceeds the limit: 10485760 bytes.',
        },
      }),
    )
    return
  }
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  send(
    response,
    await handle({
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body,
      received_ms,
    }),
  )
}

/** No client library sends these headers; a page in a browser cannot help sending one of them. */
function refuseBrowser(incoming: IncomingMessage): string | null {
  const host = incoming.headers.host ?? ''
  if (!LOOPBACK_HOST.test(host)) return `This emulator answers on loopback only, not as ${JSON.stringify(host)}.`
  if (incoming.headers.origin !== undefined)
    return 'This emulator does not answer web pages (the request has an Origin header).'
  const site = incoming.headers['sec-fetch-site']
  if (site !== undefined && site !== 'none')
    return 'This emulator does not answer web pages (the request has a Sec-Fetch-Site header).'
  return null
}

/** Null when the body is larger than the limit; the rest of it is read and dropped so that the answer arrives. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk as Uint8Array) // an IncomingMessage without an encoding yields bytes
    size += bytes.length
    if (size <= MAX_BODY_BYTES) chunks.push(bytes)
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, reply: HttpReply): void {
  if (reply.breakage === 'hang') return
  if (reply.breakage === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const body = Buffer.from(reply.body)
  response.writeHead(reply.status, { ...reply.headers, 'content-type': reply.type, 'content-length': body.length })
  if (reply.breakage === 'truncate') {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy())
    return
  }
  response.end(body)
}
