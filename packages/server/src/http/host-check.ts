import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '../errors.ts'

export interface HostRules {
  /** Every caller proves who it is, so a name that an attacker points here gains nothing. */
  readonly hasCredentials: boolean
  readonly allowed_hosts: readonly string[]
  readonly allowed_origins: readonly string[]
  readonly public_api_url: string | null
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const PREFLIGHT_SECONDS = '600'

/**
 * A web page in the operator's browser can send requests to loopback too. It cannot choose `Host` (DNS rebinding gives
 * the page's own name) nor `Origin`, so these two tell it from the tools that are meant.
 */
export function createHostCheck(rules: HostRules): (request: FastifyRequest, answer: FastifyReply) => boolean {
  const hosts = new Set([...LOOPBACK, ...rules.allowed_hosts.map((host) => host.toLowerCase())])
  if (rules.public_api_url !== null) hosts.add(new URL(rules.public_api_url).hostname)
  const origins = new Set(rules.allowed_origins.map((origin) => origin.toLowerCase()))

  /** True: the request was a preflight and has its answer. */
  return (request, answer) => {
    const { host = '', origin } = request.headers
    if (!rules.hasCredentials && !hosts.has(hostnameOf(host))) {
      throw problem(403, 'This host name is not allowed. Name it in SLIPWAY_ALLOWED_HOSTS to reach the server by it.')
    }
    if (origin === undefined) {
      if (isForeignPage(request)) throw crossSite()
      return false
    }
    if (isSameOrigin(origin, host)) return false
    if (!origins.has(origin.toLowerCase())) throw crossSite()
    answer.header('access-control-allow-origin', origin).header('vary', 'origin')
    return isPreflight(request) && sendPreflight(request, answer)
  }
}

function crossSite(): Error {
  return problem(403, 'Requests from other web pages are not allowed. Name their origin in SLIPWAY_ALLOWED_ORIGINS.')
}

/** Without port, lower case; IPv6 in brackets. */
function hostnameOf(host: string): string {
  return /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1] ?? ''
}

function isSameOrigin(origin: string, host: string): boolean {
  return [`http://${host}`, `https://${host}`].includes(origin.toLowerCase())
}

/** Images and scripts of other pages come without Origin, but browsers say where they come from. A followed link is fine. */
function isForeignPage({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate'
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function sendPreflight({ headers }: FastifyRequest, answer: FastifyReply): boolean {
  answer
    .code(204)
    .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', headers['access-control-request-headers'] ?? '')
    .header('access-control-max-age', PREFLIGHT_SECONDS)
    .send()
  return true
}
