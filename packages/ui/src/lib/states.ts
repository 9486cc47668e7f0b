import type { StateType } from '@slipway/contract'

/** Names a colour, a glyph of the sprite (`s-…`) and a meaning; colour never comes without the other two. */
export type StateKind =
  | 'scheduled'
  | 'late'
  | 'waiting'
  | 'pending'
  | 'running'
  | 'done'
  | 'failed'
  | 'crashed'
  | 'paused'
  | 'cancelling'
  | 'cancelled'

export interface StateLike {
  readonly type: StateType | null
  readonly name: string | null
}

const BY_TYPE: Readonly<Record<StateType, StateKind>> = {
  SCHEDULED: 'scheduled',
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'done',
  FAILED: 'failed',
  CRASHED: 'crashed',
  PAUSED: 'paused',
  CANCELLING: 'cancelling',
  CANCELLED: 'cancelled',
}

const BY_NAME: Readonly<Record<string, { readonly kind: StateKind; readonly word: string }>> = {
  Late: { kind: 'late', word: 'Late' },
  AwaitingConcurrencySlot: { kind: 'waiting', word: 'Waiting for a slot' },
  AwaitingRetry: { kind: 'waiting', word: 'Waiting to retry' },
  Submitting: { kind: 'pending', word: 'Submitting' },
  InfrastructurePending: { kind: 'pending', word: 'Provisioning' },
  TimedOut: { kind: 'failed', word: 'Timed out' },
  RolledBack: { kind: 'done', word: 'Rolled back' },
}

/** The kind and the words of a state. Names that users made up are shown as they are, in the colour of their type. */
export function describeState({ type, name }: StateLike): { readonly kind: StateKind; readonly word: string } {
  if (type === null) return { kind: 'scheduled', word: 'No state' }
  const known = name === null ? undefined : BY_NAME[name]
  if (known !== undefined) return known
  return { kind: BY_TYPE[type], word: name ?? `${type.charAt(0)}${type.slice(1).toLowerCase()}` }
}

const TERMINAL: ReadonlySet<StateType> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])

export function isOver(type: StateType | null): boolean {
  return type !== null && TERMINAL.has(type)
}

/** What can be done about a run in this state. */
export function actionsOf(type: StateType | null): { readonly cancel: boolean; readonly retry: boolean } {
  return { cancel: type !== null && !isOver(type) && type !== 'CANCELLING', retry: isOver(type) }
}
