import type { FastifyRequest } from 'fastify'
import type { Caller, EdgeContext } from '../context.ts'
import { clientVersionOf } from '../domain/orchestration/client-version.ts'
import { SlipwayError } from '../errors.ts'
import { authenticate, type Identity } from '../operations/authenticate.ts'
import { openCaller, stranger } from '../operations/callers.ts'
import { createThrottle } from './throttle.ts'

/** Longer than any credential; what is longer is not looked at. */
const MOST_CHARACTERS = 4_096

/** Who asks, on HTTP and on websockets. Null: the credential is nobody's, and the answer was held back for it. */
export type Identify = (request: FastifyRequest, credential: string | null) => Promise<Identity | null>

export function createIdentify(ctx: EdgeContext): Identify {
  const throttle = createThrottle(ctx)
  const nobody = ctx.config.auth_string === null ? openCaller : stranger
  return async (request, credential) => {
    if (credential === null) return { caller: asClient(nobody, request), workspace_id: null }
    const seconds = throttle.refusal(request.ip)
    if (seconds !== null) throw tooManyFailures(seconds)
    const found = credential.length > MOST_CHARACTERS ? null : await authenticate(ctx, credential)
    if (found !== null) return { ...found, caller: asClient(found.caller, request) }
    request.log.warn({ address: request.ip }, 'a credential was refused')
    await throttle.failed(request.ip)
    return null
  }
}

/** `Basic` as Prefect's clients send PREFECT_API_AUTH_STRING, `Bearer` as they send PREFECT_API_KEY. */
export function credentialOf({ headers }: FastifyRequest): string | null {
  const [, scheme = '', value = ''] = /^\s*(basic|bearer)\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? []
  if (value === '') return null
  return scheme.toLowerCase() === 'bearer' ? value : Buffer.from(value, 'base64').toString()
}

function asClient(caller: Caller, { headers }: FastifyRequest): Caller {
  const client_id = headers['prefect-csrf-client']
  return {
    ...caller,
    client_version: clientVersionOf(headers['user-agent'] ?? null),
    client_id: typeof client_id === 'string' ? client_id : null,
  }
}

function tooManyFailures(seconds: number): SlipwayError {
  const detail = 'Too many failed tries to authenticate from this address.'
  return new SlipwayError(429, { detail }, { 'retry-after': String(seconds) })
}
