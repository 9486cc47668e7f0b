/**
 * Who calls, and what they may do. A service account signs a JWT itself and sends it as the bearer, or exchanges one
 * for an access token at `/token`; both are verified with the public key that the control port was given.
 */
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { type JsonObject, isObject, numberOf, textOf } from '../json.ts'
import { GoogleError, errorInfo } from './errors.ts'
import { type EmulatorState, type ServiceAccount, projectOf } from './resources.ts'
import { type Runtime, lookUp } from './runtime.ts'

export interface Caller {
  readonly email: string
  /** Null: nobody asked for credentials, so everything is allowed. */
  readonly account: ServiceAccount | null
}

export interface Auth {
  /** The caller behind an Authorization header, or 401. */
  authenticate(authorization: string | undefined, service: string, rpc: string): Caller
  /** The token endpoint: RFC 7523, as Google's client libraries use it. */
  exchange(form: URLSearchParams, token_uri: string): { readonly status: number; readonly body: JsonObject }
  /** Keys or accounts changed: what was verified before may no longer hold. */
  forget(): void
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/run']
const LONGEST_LIFE_SECONDS = 3_600
const SKEW_SECONDS = 300
const GOOGLE_TOKEN_URI = 'https://oauth2.googleapis.com/token'

interface VerifiedToken {
  readonly account: ServiceAccount
  readonly claims: JsonObject
}

/** A reason is a short machine-readable name and a sentence. */
class TokenProblem extends Error {
  override readonly name = 'TokenProblem'
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

export function createAuth(runtime: Runtime): Auth {
  const { state, clock } = runtime
  /** An RSA check per request would be the dearest part of it. */
  const verified = new Map<string, VerifiedToken>()

  function verifyJwt(token: string): VerifiedToken {
    const known = verified.get(token)
    const result = known ?? checkSignature(state, token)
    checkTimes(result.claims, clock.now() / 1_000)
    if (known === undefined) {
      if (verified.size > 1_000) verified.clear()
      verified.set(token, result)
    }
    if (result.account.is_disabled) throw new TokenProblem('ACCOUNT_STATE_INVALID', 'The service account is disabled.')
    return result
  }

  function callerOf(token: string, service: string): Caller {
    const access = lookUp(state.access_tokens, token)
    if (access !== undefined) {
      const account = lookUp(state.service_accounts, access.email)
      if (access.expires_ms <= clock.now())
        throw new TokenProblem('ACCESS_TOKEN_EXPIRED', 'The access token has expired.')
      if (account === undefined || account.is_disabled)
        throw new TokenProblem('ACCOUNT_STATE_INVALID', 'The account is deleted or disabled.')
      return { email: access.email, account }
    }
    const { account, claims } = verifyJwt(token)
    if (claims['sub'] !== account.email)
      throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'iss and sub of a self-signed token must be equal.')
    const scopes = (textOf(claims, 'scope') ?? '').split(' ')
    const audience = claims['aud']
    const hasScope = scopes.some((scope) => SCOPES.includes(scope))
    if (!hasScope && audience !== `https://${service}/`) {
      throw new TokenProblem(
        'ACCESS_TOKEN_TYPE_UNSUPPORTED',
        `The token is for neither the scope cloud-platform nor the audience https://${service}/.`,
      )
    }
    return { email: account.email, account }
  }

  return {
    authenticate(authorization, service, rpc) {
      if (state.settings.auth === 'off') return { email: 'anonymous@emulator.invalid', account: null }
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
      if (token === undefined) {
        throw unauthenticated(
          'CREDENTIALS_MISSING',
          service,
          rpc,
          'Request is missing required authentication credential.',
        )
      }
      try {
        return callerOf(token, service)
      } catch (error) {
        if (!(error instanceof TokenProblem)) throw error
        runtime.log(`401 for ${rpc}: ${error.message}`)
        throw unauthenticated(error.reason, service, rpc, 'Request had invalid authentication credentials.')
      }
    },

    exchange(form, token_uri) {
      const assertion = form.get('assertion')
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' || assertion === null) {
        return {
          status: 400,
          body: {
            error: 'unsupported_grant_type',
            error_description: 'Invalid grant_type: ' + (form.get('grant_type') ?? ''),
          },
        }
      }
      try {
        const { account, claims } = verifyJwt(assertion)
        if (claims['aud'] !== token_uri && claims['aud'] !== GOOGLE_TOKEN_URI)
          throw new TokenProblem('invalid_grant', 'Invalid JWT: wrong audience.')
        if (!(textOf(claims, 'scope') ?? '').split(' ').some((scope) => SCOPES.includes(scope))) {
          return {
            status: 400,
            body: { error: 'invalid_scope', error_description: 'Invalid OAuth scope or ID token audience provided.' },
          }
        }
        forgetExpired(state, clock.now())
        const access_token = `ya29.emulator.${randomBytes(24).toString('base64url')}`
        state.access_tokens[access_token] = {
          email: account.email,
          expires_ms: clock.now() + LONGEST_LIFE_SECONDS * 1_000,
        }
        runtime.changed()
        return { status: 200, body: { access_token, expires_in: LONGEST_LIFE_SECONDS - 1, token_type: 'Bearer' } }
      } catch (error) {
        if (!(error instanceof TokenProblem)) throw error
        return { status: 400, body: { error: 'invalid_grant', error_description: error.message } }
      }
    },

    forget: () => verified.clear(),
  }
}

function forgetExpired({ access_tokens }: EmulatorState, now: number): void {
  for (const [token, { expires_ms }] of Object.entries(access_tokens))
    if (expires_ms <= now) delete access_tokens[token]
}

/** Refuses what the account was not granted, naming the permission as Google does. */
export function requirePermission(caller: Caller, permission: string, resource: string): void {
  const { account } = caller
  if (account === null) return
  const isOwn = account.project_id === projectOf(resource)
  if (isOwn && (account.permissions === null || account.permissions.includes(permission))) return
  const message = `Permission '${permission}' denied on resource '${resource}' (or resource may not exist).`
  throw new GoogleError('PERMISSION_DENIED', message, [
    errorInfo('IAM_PERMISSION_DENIED', 'iam.googleapis.com', { permission, resource }),
  ])
}

export function requireService(state: EmulatorState, project_id: string, service: string): void {
  const known = lookUp(state.projects, project_id)
  if (known === undefined && Object.keys(state.projects).length > 0) {
    throw new GoogleError('PERMISSION_DENIED', `Permission denied on resource project ${project_id}.`, [
      errorInfo('CONSUMER_INVALID', 'googleapis.com', { service, consumer: `projects/${project_id}` }),
    ])
  }
  if (known === undefined || !known.disabled_services.includes(service)) return
  const consumer = `projects/${known.project_number}`
  const activationUrl = `https://console.developers.google.com/apis/api/${service}/overview?project=${known.project_number}`
  const message = `Cloud Run Admin API has not been used in project ${known.project_number} before or it is disabled. Enable it by visiting ${activationUrl} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`
  throw new GoogleError('PERMISSION_DENIED', message, [
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [{ description: 'Google developers console API activation', url: activationUrl }],
    },
    errorInfo('SERVICE_DISABLED', 'googleapis.com', { service, consumer, activationUrl }),
  ])
}

function unauthenticated(reason: string, service: string, method: string, message: string): GoogleError {
  const advice =
    'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.'
  return new GoogleError('UNAUTHENTICATED', `${message} ${advice}`, [
    errorInfo(reason, 'googleapis.com', { service, method }),
  ])
}

function checkSignature(state: EmulatorState, token: string): VerifiedToken {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.')
  const header = decodePart(head)
  const claims = decodePart(payload)
  if (header === null || claims === null || rest.length > 0)
    throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'The bearer is neither a known access token nor a JWT.')
  if (header['alg'] !== 'RS256')
    throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'The JWT must be signed with RS256.')
  const account = lookUp(state.service_accounts, textOf(claims, 'iss') ?? '')
  if (account === undefined) throw new TokenProblem('ACCOUNT_STATE_INVALID', 'Invalid grant: account not found')
  // A key without an id is allowed in the token; a wrong one means that the key was revoked.
  const kid = header['kid']
  if (kid !== undefined && kid !== account.private_key_id)
    throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'The key is not one of the account.')
  const key = createPublicKey(account.public_key_pem)
  const isGood = verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))
  if (!isGood) throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'Invalid JWT Signature.')
  return { account, claims }
}

function checkTimes(claims: JsonObject, now: number): void {
  const issued = numberOf(claims, 'iat')
  const expires = numberOf(claims, 'exp')
  if (issued === undefined || expires === undefined)
    throw new TokenProblem('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'The JWT needs iat and exp.')
  if (expires - issued > LONGEST_LIFE_SECONDS || issued > now + SKEW_SECONDS) {
    throw new TokenProblem(
      'ACCESS_TOKEN_TYPE_UNSUPPORTED',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
    )
  }
  if (expires <= now) throw new TokenProblem('ACCESS_TOKEN_EXPIRED', 'The JWT has expired.')
}

function decodePart(part: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return isObject(parsed) ? parsed : null
  } catch {
    return null // not base64 of JSON: no JWT, which the caller reports
  }
}
