import type { ApiKey, BodyOf, CreatedApiKey, operations } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import { insertApiKey, listApiKeys, updateApiKeyRevoked } from '../store/api-keys.ts'
import type { ApiKeyRow } from '../store/rows.ts'
import { hashToken, newToken } from '../vault/tokens.ts'

/** By it, secret scanners and people recognise a key. */
export const API_KEY_PREFIX = 'slpw_'
const TOKEN_BYTES = 32
const HINT_LENGTH = 4

/** Makes a key. Its text is in this answer and nowhere else: only a hash is stored. */
export async function createApiKey(
  ctx: Context,
  workspace_id: string,
  given: BodyOf<typeof operations.createApiKey>,
): Promise<CreatedApiKey> {
  const now = ctx.clock.now()
  if (given.scopes.length === 0) throw problem(422, 'A key needs at least one scope.')
  if (given.expires !== null && given.expires <= now) throw problem(422, 'The key would have expired already.')
  const key = `${API_KEY_PREFIX}${newToken(TOKEN_BYTES)}`
  const row = {
    id: ctx.ids.uuid(),
    workspace_id,
    name: given.name,
    scopes: [...new Set(given.scopes)],
    token_hint: key.slice(-HINT_LENGTH),
    created: now,
    expires: given.expires,
  }
  if (!(await insertApiKey(ctx.db, { ...row, token_hash: hashToken(key) })))
    throw problem(409, `An API key named ${given.name} already exists.`)
  ctx.log.info({ api_key: row.name, scopes: row.scopes }, 'an API key was made')
  return { ...apiKeyOf({ ...row, last_used: null, revoked: null }), key }
}

export async function readApiKeys(ctx: Context, workspace_id: string): Promise<ApiKey[]> {
  return (await listApiKeys(ctx.db, workspace_id)).map(apiKeyOf)
}

/** From its next request on the holder is a stranger. */
export async function revokeApiKey(ctx: Context, workspace_id: string, id: string): Promise<void> {
  if (!(await updateApiKeyRevoked(ctx.db, workspace_id, id, ctx.clock.now()))) throw problem(404, 'API key not found')
  ctx.log.info({ api_key_id: id }, 'an API key was revoked')
}

type Shown = Pick<ApiKeyRow, 'id' | 'name' | 'scopes' | 'token_hint' | 'created' | 'expires' | 'last_used' | 'revoked'>

function apiKeyOf({ id, name, scopes, token_hint, created, expires, last_used, revoked }: Shown): ApiKey {
  // The column is filled from the contract's list alone.
  return { id, name, scopes: scopes as ApiKey['scopes'], hint: token_hint, created, expires, last_used, revoked }
}
