import type { Caller } from '../context.ts'

/** Slipway itself: services and follow-ups. */
export const serverCaller: Caller = {
  kind: 'server',
  scopes: new Set(['read', 'run', 'deploy', 'admin']),
  run: null,
  client_version: null,
  client_id: null,
}
