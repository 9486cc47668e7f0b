import { Agent, request } from 'node:http'

/** Posts JSON over connections that stay open; cheaper than fetch, so that the server is what is measured. */
export interface Poster {
  /** The answer's body; throws when it is no success. */
  readonly post: (path: string, body: string) => Promise<string>
  readonly close: () => void
}

const TIMEOUT_MS = 60_000

export function createPoster(apiUrl: string): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port, pathname } = new URL(apiUrl)
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
        const options = { agent, hostname, port, path: `${pathname}${path}`, method: 'POST', headers }
        const sent = request({ ...options, timeout: TIMEOUT_MS }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.once('error', reject)
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            const { statusCode = 0 } = response
            if (statusCode >= 200 && statusCode < 300) resolve(text)
            else reject(new Error(`POST ${path} → ${statusCode} ${text.slice(0, 500)}`))
          })
        })
        sent.once('error', reject)
        sent.once('timeout', () => sent.destroy(new Error(`POST ${path} was not answered in ${TIMEOUT_MS / 1_000} s`)))
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}
