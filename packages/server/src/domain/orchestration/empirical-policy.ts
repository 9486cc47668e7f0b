import { type Json, type JsonObject, toPlain } from '@slipway/contract'
import type { FlowRunPolicy, TaskRunPolicy } from './verdict.ts'

/** What a run has before anybody said anything about retries. */
export const NO_POLICY: FlowRunPolicy = {
  max_retries: 0,
  retry_delay_seconds: 0,
  retries: null,
  retry_delay: null,
  pause_keys: [],
  resuming: false,
  retry_type: null,
}

/** Reads a stored or sent `empirical_policy`; what is absent or odd counts as not said. */
export function flowRunPolicyOf(json: JsonObject): FlowRunPolicy {
  return {
    max_retries: numberOf(json['max_retries']) ?? 0,
    retry_delay_seconds: numberOf(json['retry_delay_seconds']) ?? 0,
    retries: numberOf(json['retries']),
    retry_delay: numberOf(json['retry_delay']),
    pause_keys: textsOf(json['pause_keys']),
    resuming: json['resuming'] === true,
    retry_type: retryTypeOf(json['retry_type']),
  }
}

export function taskRunPolicyOf(json: JsonObject): TaskRunPolicy {
  const delay = json['retry_delay']
  return {
    retries: numberOf(json['retries']),
    retry_delay: Array.isArray(delay) ? numbersOf(delay) : numberOf(delay),
    retry_jitter_factor: numberOf(json['retry_jitter_factor']),
  }
}

function numberOf(value: Json | undefined): number | null {
  const plain = value === undefined ? null : toPlain(value)
  return typeof plain === 'number' ? plain : null
}

function numbersOf(values: readonly Json[]): readonly number[] {
  return values.map(numberOf).filter((value) => value !== null)
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : []
}

function retryTypeOf(value: Json | undefined): FlowRunPolicy['retry_type'] {
  return value === 'in_process' || value === 'reschedule' ? value : null
}
