import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** Clients keep idle connections for 25 s: the server must not be the first to close. */
const KEEP_ALIVE_MS = 65_000
/** From the first byte of a connection or request to the end of its headers: a slow client must not hold a place. */
const HEADERS_MS = 20_000
/** To the end of the body. The largest has 16 MiB, which a link of 2 Mbit/s manages; Prefect's clients give up after 60 s. */
const REQUEST_MS = 90_000
const LOOK_EVERY_MS = 1_000

/** What a connection may take; websockets have their own rules once they are open. */
export const connectionLimits = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  requestTimeout: REQUEST_MS,
  http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: LOOK_EVERY_MS },
  clientErrorHandler: refuseConnection,
}

/** What is no HTTP request, or not in time, gets an answer of the usual shape where it can, and the connection ends. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, detail } = refusalOf(error.code)
  const body = JSON.stringify({ detail })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}

function refusalOf(code: string | undefined): { readonly status: number; readonly detail: string } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, detail: 'The request did not arrive in time.' }
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, detail: 'The headers of the request are too large.' }
  return { status: 400, detail: 'This is not a valid HTTP request.' }
}
