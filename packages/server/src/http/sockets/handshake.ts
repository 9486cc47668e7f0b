import type { Scope } from '@slipway/contract'
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Caller, EdgeContext } from '../../context.ts'
import { SlipwayError } from '../../errors.ts'
import { openCaller } from '../../operations/callers.ts'
import { credentialOf, type Identify } from '../credentials.ts'
import { type Frames, readFrames } from './frames.ts'
import { parseFrame } from './parse-frame.ts'

export const SUBPROTOCOL = 'prefect'
/** How long a client may take over each frame of the handshake. */
export const HANDSHAKE_MS = 30_000

/** A websocket whose other end has said who it is. */
export interface Connection {
  readonly socket: WebSocket
  readonly request: FastifyRequest
  readonly frames: Frames
  readonly caller: Caller
  readonly workspace_id: string
}

export interface HandshakeParts {
  readonly ctx: EdgeContext
  readonly identify: Identify
  readonly scope: Scope
}

/** The frames `auth` and `auth_success`. Null: the client was turned away, and told why. */
export async function shakeHands(
  socket: WebSocket,
  request: FastifyRequest,
  { ctx, identify, scope }: HandshakeParts,
): Promise<Connection | null> {
  const frames = readFrames(socket, ctx.timers)
  const { workspace_id } = request
  const turnAway = (reason: string) => {
    socket.close(1008, reason)
    return null
  }
  // Clients from before the subprotocol send no frame of their own; where credentials are configured they are not let in.
  if (socket.protocol !== SUBPROTOCOL) return { socket, request, frames, caller: openCaller, workspace_id }

  const frame = parseFrame(await frames.next(HANDSHAKE_MS))
  if (frame?.type !== 'auth') return turnAway("Expected 'auth' message")
  const token = typeof frame['token'] === 'string' && frame['token'] !== '' ? frame['token'] : credentialOf(request)
  const identity = await identifyOrRefuse(identify, request, token)
  if (identity === 'refused') return turnAway('Too many failed tries')
  if (identity === null) return turnAway('Invalid token')
  const { caller } = identity
  if (caller.scopes.size === 0) return turnAway('Auth required but no token provided')
  if (!caller.scopes.has(scope)) return turnAway(`The credential lacks the scope "${scope}"`)
  if (identity.workspace_id !== null && identity.workspace_id !== workspace_id) return turnAway('Workspace not found')
  socket.send(JSON.stringify({ type: 'auth_success' }))
  return { socket, request, frames, caller, workspace_id }
}

async function identifyOrRefuse(identify: Identify, request: FastifyRequest, token: string | null) {
  try {
    return await identify(request, token)
  } catch (error) {
    if (error instanceof SlipwayError) return 'refused'
    throw error
  }
}
