import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  AN_HOUR_LATER,
  A_MINUTE_AGO,
  NOW,
  sampleFlowRunFacts,
  sampleLimit,
  sampleState,
} from '../../testing/sample-facts.ts'
import { decideFlowRun } from './decide.ts'
import { NO_POLICY } from './empirical-policy.ts'
import { proposeState } from './proposal.ts'
import {
  ANY_ORIGIN,
  type Effect,
  type FlowRunDecision,
  type FlowRunFacts,
  type Origin,
  STATE_TYPES,
  type StateDetails,
} from './verdict.ts'

const GOLDEN = new URL('golden.txt', import.meta.url)

interface FactSet {
  readonly name: string
  readonly details?: Partial<StateDetails>
  readonly data?: { readonly type: string }
  readonly run?: Partial<FlowRunFacts['run']>
  readonly facts?: Partial<Omit<FlowRunFacts, 'run'>>
  readonly force?: true
}

const deployed = { deployment_id: 'deployment-1' }
const leased = { deployment_concurrency_lease_id: 'lease-1' }
const fenced = { id: 'submission-1', start_transition_id: null, is_void: false }

const FACT_SETS: readonly FactSet[] = [
  { name: 'ad hoc' },
  { name: 'forced', force: true },
  { name: 'repeated', details: { transition_id: 'same' } },
  { name: 'deployed, with a process', run: { ...deployed, infrastructure_pid: 'pid-1' } },
  { name: 'slot free', run: deployed, facts: { deployment_limit: sampleLimit(1) } },
  { name: 'slots full', run: deployed, facts: { deployment_limit: sampleLimit(2) } },
  {
    name: 'slots full, new ones are cancelled',
    run: deployed,
    facts: { deployment_limit: sampleLimit(2, { collision_strategy: 'CANCEL_NEW' }) },
  },
  {
    name: 'slot held',
    details: leased,
    run: deployed,
    facts: { deployment_limit: sampleLimit(2), lease_alive: true },
  },
  { name: 'slot lost', details: leased, run: deployed, facts: { deployment_limit: sampleLimit(2) } },
  {
    name: 'slot held by an old client',
    details: leased,
    run: deployed,
    facts: { deployment_limit: sampleLimit(2), lease_alive: true, client_version: '3.4.10' },
  },
  { name: 'result stored', data: { type: 'reference' }, run: deployed },
  { name: 'retries left', run: { empirical_policy: { ...NO_POLICY, retries: 1, retry_delay: 10 }, run_count: 1 } },
  { name: 'due in an hour', details: { scheduled_time: AN_HOUR_LATER }, run: deployed },
  { name: 'pause expired', details: { pause_timeout: A_MINUTE_AGO }, run: deployed },
  {
    name: 'subflow, suspended before',
    details: { pause_reschedule: true },
    run: { ...deployed, parent_task_run_id: 'task-1', empirical_policy: { ...NO_POLICY, resuming: true } },
  },
  { name: 'first process of a submission', run: deployed, facts: { submission: fenced } },
  {
    name: 'second process of a submission',
    run: deployed,
    facts: { submission: { ...fenced, start_transition_id: 'first' } },
  },
  {
    name: 'first process, retrying in it',
    run: { ...deployed, empirical_policy: { ...NO_POLICY, retries: 1, retry_type: 'in_process' }, run_count: 2 },
    facts: { submission: { ...fenced, start_transition_id: 'first' } },
  },
  { name: 'process of a void submission', run: deployed, facts: { submission: { ...fenced, is_void: true } } },
]

/** Every pair of types under every set of facts, one line each. A change of this file is a change of behaviour. */
test('the matrix of all flow-run decisions is the reviewed one', () => {
  const lines = FACT_SETS.flatMap((set) =>
    ANY_ORIGIN.flatMap((from) =>
      STATE_TYPES.map((to) => `${set.name} | ${from ?? 'none'} → ${to} | ${decided(set, from, to)}`),
    ),
  )
  const text = `${lines.join('\n')}\n`
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, text)
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'))
})

function decided(set: FactSet, from: Origin, to: (typeof STATE_TYPES)[number]): string {
  const state_details = { scheduled_time: from === 'SCHEDULED' ? A_MINUTE_AGO : null, ...set.details }
  const state = from === null ? null : sampleState(from, { state_details, data: set.data ?? null })
  const started = from !== null && from !== 'SCHEDULED' && from !== 'PENDING'
  const ended = state !== null && ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'].includes(state.type)
  const facts = sampleFlowRunFacts(
    {
      state,
      start_time: started ? A_MINUTE_AGO : null,
      end_time: ended ? A_MINUTE_AGO : null,
      expected_start_time: from === null ? null : A_MINUTE_AGO,
      next_scheduled_start_time: from === 'SCHEDULED' ? state_details.scheduled_time : null,
      run_count: started ? 1 : 0,
      ...set.run,
    },
    set.facts,
  )
  const proposed = proposeState({ type: to, state_details: { transition_id: 'same' } }, NOW)
  return summary(facts, decideFlowRun(facts, proposed, { force: set.force === true }))
}

function summary(facts: FlowRunFacts, decision: FlowRunDecision): string {
  const { verdict, state, effects } = decision
  const reason = verdict.kind === 'accept' ? '' : ` (${verdict.reason})`
  const wait = verdict.kind === 'wait' ? ` ${verdict.delay_seconds} s` : ''
  const written = state === null ? '' : ` ${state.name}`
  return [`${verdict.kind}${wait}${written}${reason}`, changes(facts, decision), effects.map(effectText).join(', ')]
    .filter((part) => part !== '')
    .join('; ')
}

/** The columns that change, and what the written state says besides its type and name. */
function changes({ run }: FlowRunFacts, { next_run_fields: next, state }: FlowRunDecision): string {
  if (next === null) return ''
  const before = new Map<string, unknown>(Object.entries({ ...run, ...run.empirical_policy }))
  const columns = Object.entries({ ...next, ...next.empirical_policy }).filter(
    ([key, value]) => key !== 'empirical_policy' && JSON.stringify(value) !== JSON.stringify(before.get(key)),
  )
  const details = Object.entries(state?.state_details ?? {}).filter(
    ([key, value]) => value !== null && value !== false && key !== 'transition_id' && key !== 'flow_run_id',
  )
  return [...columns, ...details].map(([key, value]) => `${key}=${shown(value)}`).join(' ')
}

function shown(value: unknown): string {
  switch (value) {
    case NOW:
      return 'now'
    case A_MINUTE_AGO:
      return 'now-60s'
    case AN_HOUR_LATER:
      return 'now+1h'
    default:
      return Array.isArray(value) ? `[${value.join(' ')}]` : String(value)
  }
}

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'acquire-deployment-slot':
    case 'renew-lease':
    case 'pin-lease':
      return `${effect.kind} ${effect.lease_id}`
    case 'release-deployment-slot':
      return `${effect.kind} ${effect.lease_id ?? effect.limit_id ?? ''}`
    case 'mark-submission-started':
      return `${effect.kind} ${effect.transition_id}`
    case 'mirror-to-parent-task-run':
      return `mirror ${effect.proposed.name}`
    case 'acquire-tag-slots':
    case 'release-tag-slots':
    case 'insert-cache':
    case 'enqueue-background-task':
      return effect.kind
  }
}
