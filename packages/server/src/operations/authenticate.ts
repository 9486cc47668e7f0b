import { isUuid, SCOPES, type Scope, secondsBetween } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import { findApiKey, touchApiKey } from '../store/api-keys.ts'
import { findSubmissionByCredential } from '../store/submissions.ts'
import { constantTimeEqual, hashToken } from '../vault/tokens.ts'
import { API_KEY_PREFIX } from './api-keys.ts'
import { openCaller, operatorCaller } from './callers.ts'

const RUN_PREFIX = 'run-'
/** When a key was last used is for people; it is not worth a write a request. */
const TOUCH_SECONDS = 60

/** Who somebody is, and whose data he may ask for. */
export interface Identity {
  readonly caller: Caller
  /** Null: of every workspace. */
  readonly workspace_id: string | null
}

/**
 * Who presents this credential: `user:password` as configured, `run-<flow run>:<token>` of a container, or an API key
 * (also as the password of any user, for clients that send no key on websockets). Null: nobody. Where no credential is
 * configured everybody is welcome, except who claims to be a run or to hold a key of ours and does not.
 */
export async function authenticate(ctx: Context, credential: string): Promise<Identity | null> {
  const user = credential.slice(0, Math.max(0, credential.indexOf(':')))
  const token = credential.slice(credential.indexOf(':') + 1)
  const flow_run_id = user.startsWith(RUN_PREFIX) ? user.slice(RUN_PREFIX.length) : null
  if (flow_run_id !== null && isUuid(flow_run_id)) return await authenticateRun(ctx, flow_run_id, token)
  if (token.startsWith(API_KEY_PREFIX)) return await authenticateKey(ctx, token)
  const { auth_string } = ctx.config
  if (auth_string === null) return { caller: openCaller, workspace_id: null }
  return constantTimeEqual(credential, auth_string) ? { caller: operatorCaller, workspace_id: null } : null
}

async function authenticateRun(ctx: Context, flow_run_id: string, token: string): Promise<Identity | null> {
  const hash = Buffer.from(hashToken(token), 'hex')
  const submission = await findSubmissionByCredential(ctx.db, flow_run_id, hash, ctx.clock.now())
  if (submission === null) return null
  const { id: submission_id, workspace_id } = submission
  const run = { flow_run_id: submission.flow_run_id, submission_id }
  const caller: Caller = { ...openCaller, kind: 'run', scopes: new Set(['read', 'run']), run }
  return { caller, workspace_id }
}

async function authenticateKey(ctx: Context, token: string): Promise<Identity | null> {
  const now = ctx.clock.now()
  const key = await findApiKey(ctx.db, hashToken(token), now)
  if (key === null) return null
  if (key.last_used === null || secondsBetween(key.last_used, now) > TOUCH_SECONDS)
    await touchApiKey(ctx.db, key.id, now)
  const caller: Caller = { ...openCaller, kind: 'api-key', scopes: includedScopes(key.scopes) }
  return { caller, workspace_id: key.workspace_id }
}

/** Each scope contains those before it. */
function includedScopes(scopes: readonly string[]): ReadonlySet<Scope> {
  const highest = Math.max(...scopes.map((scope) => SCOPES.findIndex((known) => known === scope)), -1)
  return new Set(SCOPES.slice(0, highest + 1))
}
