import { SCOPES } from '@slipway/contract'
import type { Caller } from '../context.ts'

/** Slipway itself: services and follow-ups. */
export const serverCaller: Caller = {
  kind: 'server',
  scopes: new Set(SCOPES),
  run: null,
  client_version: null,
  client_id: null,
}

/** Anybody who reaches a server on which no credential is configured. */
export const openCaller: Caller = { ...serverCaller, kind: 'open' }

/** Who knows the configured credential. */
export const operatorCaller: Caller = { ...serverCaller, kind: 'operator' }

/** Who asks where credentials are configured, until authentication has found out. */
export const stranger: Caller = { ...openCaller, scopes: new Set() }
