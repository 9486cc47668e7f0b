/** What the parts of one running emulator share. */
import { randomBytes } from 'node:crypto'
import type { ApiDefinition } from '../api-definition.ts'
import type { Clock } from '../clock.ts'
import type { EmulatorState } from './resources.ts'

export interface Runtime {
  readonly definition: ApiDefinition
  readonly clock: Clock
  readonly state: EmulatorState
  /** The state differs from what is on disk. */
  changed(): void
  log(line: string): void
}

export function nextSequence(state: EmulatorState): number {
  state.sequence += 1
  return state.sequence
}

/** Opaque and quoted, as Google's are. */
export const newEtag = (): string => `"${randomBytes(12).toString('base64url')}"`

export function bump(counts: Record<string, number>, key: string): void {
  counts[key] = (Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0) + 1
}

/** Looks up a name that came from outside: `constructor` is a name like any other. */
export function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
