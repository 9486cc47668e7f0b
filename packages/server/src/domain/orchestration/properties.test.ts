import { addSeconds } from '@slipway/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NOW, sampleFlowRunFacts } from '../../testing/sample-facts.ts'
import { decideFlowRun } from './decide.ts'
import { NO_POLICY } from './empirical-policy.ts'
import { holdsPersistedResult, proposeState } from './proposal.ts'
import {
  type DeploymentLimit,
  type Effect,
  type FlowRunDecision,
  type FlowRunFacts,
  STATE_TYPES,
  type State,
  type SubmissionFacts,
  isTerminal,
} from './verdict.ts'

/** One deployment with a limit and some runs of it: what a database would keep, as plain data. */
interface World {
  readonly limit: DeploymentLimit
  /** Lease id → run that holds it. */
  readonly leases: ReadonlyMap<string, string>
  readonly runs: readonly FlowRunFacts['run'][]
  readonly submission: SubmissionFacts | null
  readonly step: number
}

const step = fc.record({
  run: fc.nat(2),
  type: fc.constantFrom(...STATE_TYPES),
  name: fc.constantFrom(null, 'Pending', 'Submitting', 'AwaitingRetry', 'Late'),
  transition_id: fc.constantFrom(null, 't1', 't2', 't3'),
  data: fc.constantFrom(null, { type: 'reference' }, { type: 'unpersisted' }),
  client_version: fc.constantFrom('3.8.8', '3.4.0', null),
  seconds: fc.nat(100),
  force: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const history = fc.array(step, { maxLength: 40 })

function newWorld(retries: number | null): World {
  const { run } = sampleFlowRunFacts({ deployment_id: 'deployment-1', empirical_policy: { ...NO_POLICY, retries } })
  return {
    limit: {
      limit_id: 'limit-1',
      limit: 2,
      active_slots: 0,
      collision_strategy: 'ENQUEUE',
      grace_period_seconds: null,
    },
    leases: new Map(),
    runs: [0, 1, 2].map((index) => ({ ...run, id: `run-${index}` })),
    submission: null,
    step: 0,
  }
}

function play(
  world: World,
  move: Step,
): { readonly world: World; readonly decision: FlowRunDecision; readonly run: FlowRunFacts['run'] } {
  const run = world.runs[move.run]
  if (run === undefined) throw new Error('There are three runs')
  const now = addSeconds(NOW, world.step * 50 + move.seconds)
  const lease_id = run.state?.state_details.deployment_concurrency_lease_id ?? ''
  const facts = sampleFlowRunFacts(run, {
    now,
    deployment_limit: world.limit,
    lease_alive: world.leases.has(lease_id),
    client_version: move.client_version,
    submission: world.submission,
    fresh: { state_id: `state-${world.step}`, lease_id: `lease-${world.step}`, pause_key: `key-${world.step}` },
  })
  const { type, name, data, transition_id } = move
  const proposed = proposeState({ type, name, data, state_details: { transition_id } }, now)
  const decision = decideFlowRun(facts, proposed, { force: move.force })
  const next = { ...run, ...decision.next_run_fields, state: decision.state ?? run.state }
  const after = decision.effects.reduce(applied, {
    ...world,
    runs: world.runs.map((other) => (other.id === run.id ? next : other)),
    step: world.step + 1,
  })
  return { world: after, decision, run }
}

function applied(world: World, effect: Effect): World {
  const slots = (change: number) => ({
    limit: { ...world.limit, active_slots: Math.max(0, world.limit.active_slots + change) },
  })
  switch (effect.kind) {
    case 'acquire-deployment-slot':
      return { ...world, ...slots(1), leases: new Map([...world.leases, [effect.lease_id, effect.flow_run_id]]) }
    case 'release-deployment-slot': {
      const [held] = [...world.leases].find(([id, run]) => id === effect.lease_id || run === effect.flow_run_id) ?? []
      if (held !== undefined) {
        return { ...world, ...slots(-1), leases: new Map([...world.leases].filter(([id]) => id !== held)) }
      }
      return effect.lease_id === null ? { ...world, ...slots(-1) } : world
    }
    case 'mark-submission-started':
      return world.submission === null
        ? world
        : { ...world, submission: { ...world.submission, start_transition_id: effect.transition_id } }
    case 'renew-lease':
    case 'pin-lease':
    case 'mirror-to-parent-task-run':
    case 'acquire-tag-slots':
    case 'release-tag-slots':
    case 'insert-cache':
    case 'enqueue-background-task':
      return world
  }
}

/** Calls `look` after every step of a history. */
function walk(start: World, steps: readonly Step[], look: (played: ReturnType<typeof play>) => void): World {
  let world = start
  for (const move of steps) {
    const played = play(world, move)
    look(played)
    world = played.world
  }
  return world
}

const retries = fc.constantFrom(null, 0, 2)

test('an end stays unless forced or rerun on purpose', () => {
  fc.assert(
    fc.property(history, retries, (steps, count) => {
      const ordinary = steps.map((move) => ({ ...move, force: false }))
      walk(newWorld(count), ordinary, ({ run, decision: { state } }) => {
        if (run.state === null || !isTerminal(run.state.type) || state === null || isTerminal(state.type)) return
        expect(['SCHEDULED', 'PENDING', 'RUNNING']).toContain(state.type)
        expect(run.state.type === 'COMPLETED' && holdsPersistedResult(run.state.data)).toBe(false)
      })
    }),
  )
})

test('the process of a submission never restarts a run that has ended, not even with force', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const world = { ...newWorld(2), submission: { id: 'submission-1', start_transition_id: null, is_void: false } }
      walk(world, steps, ({ run, decision: { state } }) => {
        const had_ended = run.state !== null && isTerminal(run.state.type)
        expect(had_ended && state?.type === 'RUNNING').toBe(false)
      })
    }),
  )
})

test('slots are never negative and never more than there are', () => {
  fc.assert(
    fc.property(history, retries, (steps, count) => {
      walk(newWorld(count), steps, ({ world }) => {
        expect(world.limit.active_slots).toBeGreaterThanOrEqual(0)
        expect(world.limit.active_slots).toBeLessThanOrEqual(world.limit.limit)
      })
    }),
  )
})

test('a run counts up by at most one, and its states follow each other in time', () => {
  fc.assert(
    fc.property(history, retries, (steps, count) => {
      walk(newWorld(count), steps, ({ run, decision: { state, next_run_fields } }) => {
        const counted = (next_run_fields?.run_count ?? run.run_count) - run.run_count
        expect([0, state?.type === 'RUNNING' ? 1 : 0]).toContain(counted)
        const is_later = state === null || run.state === null || state.timestamp > run.state.timestamp
        expect(is_later).toBe(true)
      })
    }),
  )
})

test('a decision changes nothing unless it writes a state or refuses to resume', () => {
  fc.assert(
    fc.property(history, retries, (steps, count) => {
      walk(newWorld(count), steps, ({ run, decision }) => {
        if (decision.state !== null) return
        expect(decision.effects).toEqual([])
        expect(run.state?.type === 'PAUSED' || decision.next_run_fields === null).toBe(true)
      })
    }),
  )
})

test('of two processes of one submission exactly one starts, in any state that can start', () => {
  const origin = fc.constantFrom<State['type']>('PENDING', 'SCHEDULED')
  fc.assert(
    fc.property(
      origin,
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }),
      (from, force, has_id, order) => {
        const submission = { id: 'submission-1', start_transition_id: null, is_void: false }
        const start = play(newWorld(null), { ...still, type: from }).world
        // Each process may send its proposal several times, as clients do when an answer is lost.
        const moves = [false, true, ...order].map((second) => {
          const transition_id = second ? 't2' : has_id ? 't1' : null
          return { ...still, type: 'RUNNING', transition_id, force } as const
        })
        const started: string[] = []
        walk({ ...start, submission }, moves, ({ decision: { verdict, state } }) => {
          if (verdict.kind === 'accept' && state !== null) started.push(state.state_details.transition_id ?? 'none')
        })
        expect(started).toHaveLength(1)
      },
    ),
  )
})

const still: Step = {
  run: 0,
  type: 'PENDING',
  name: null,
  transition_id: null,
  data: null,
  client_version: '3.8.8',
  seconds: 0,
  force: false,
}
