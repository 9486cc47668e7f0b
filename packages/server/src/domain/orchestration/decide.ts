import { bookkeepFlowRun, bookkeepTaskRun } from './bookkeeping.ts'
import { flowRunAftermath, flowRunPolicy, forcedFlowRunPolicy, lateFlowRunPolicy } from './flow-run-policy.ts'
import type { Aftermath, Change, Pass, Rule, Stop } from './rule.ts'
import { backgroundTaskRunPolicy, forcedTaskRunPolicy, taskRunAftermath, taskRunPolicy } from './task-run-policy.ts'
import type {
  Effect,
  FlowRunDecision,
  FlowRunFacts,
  FlowRunFields,
  ProposedState,
  RunFacts,
  State,
  TaskRunDecision,
  TaskRunFacts,
  Verdict,
} from './verdict.ts'

/** What becomes of a proposed state of a flow run. `force` skips the rules, but not the fence, a stored result and the slots. */
export function decideFlowRun(
  facts: FlowRunFacts,
  proposed: ProposedState,
  { force }: { force: boolean },
): FlowRunDecision {
  return decideFlowRunBy(force ? forcedFlowRunPolicy : flowRunPolicy, facts, proposed)
}

/** What becomes of the wish to mark a flow run as late. */
export function decideLateFlowRun(facts: FlowRunFacts, proposed: ProposedState): FlowRunDecision {
  return decideFlowRunBy(lateFlowRunPolicy, facts, proposed)
}

function decideFlowRunBy(
  policy: readonly Rule<FlowRunFacts>[],
  facts: FlowRunFacts,
  proposed: ProposedState,
): FlowRunDecision {
  const walk = walkPolicy(policy, facts, proposed, changeFlowRun)
  const written = writtenState(walk)
  if (written === null) {
    return {
      verdict: verdictOf(walk, null),
      state: null,
      next_run_fields: unwrittenFields(facts.run, changeFlowRun(walk.facts, walk.after).run),
      effects: walk.effects,
    }
  }
  const { state, fields } = bookkeepFlowRun({
    run: walk.facts.run,
    proposed: written,
    now: facts.now,
    state_id: facts.fresh.state_id,
  })
  return {
    verdict: verdictOf(walk, state),
    state,
    next_run_fields: { ...fields, empirical_policy: { ...fields.empirical_policy, ...walk.after.policy } },
    effects: effectsOf(walk, state, facts, flowRunAftermath),
  }
}

/** Refusing to resume changes the policy of a run although no state is written. */
function unwrittenFields(before: FlowRunFields, { empirical_policy }: FlowRunFields): FlowRunFields | null {
  if (empirical_policy === before.empirical_policy) return null
  const { run_count, start_time, end_time, total_run_time, expected_start_time, next_scheduled_start_time } = before
  return {
    run_count,
    start_time,
    end_time,
    total_run_time,
    expected_start_time,
    next_scheduled_start_time,
    empirical_policy,
  }
}

/**
 * What becomes of a proposed state of a task run. A deferred state is one of a background task, whose rules apply even
 * with `force`; without it the caller's word counts and only slots are released.
 */
export function decideTaskRun(
  facts: TaskRunFacts,
  proposed: ProposedState,
  { force }: { force: boolean },
): TaskRunDecision {
  const ordinary = force ? forcedTaskRunPolicy : taskRunPolicy
  const policy = proposed.state_details.deferred === true ? backgroundTaskRunPolicy : ordinary
  const walk = walkPolicy(policy, facts, proposed, changeTaskRun)
  const written = writtenState(walk)
  if (written === null) {
    return { verdict: verdictOf(walk, null), state: null, next_run_fields: null, effects: walk.effects }
  }
  const { state, fields } = bookkeepTaskRun({
    run: walk.facts.run,
    proposed: written,
    now: facts.now,
    state_id: facts.fresh.state_id,
  })
  const flow_run_run_count = walk.after.flow_run_run_count ?? fields.flow_run_run_count
  return {
    verdict: verdictOf(walk, state),
    state,
    next_run_fields: { ...fields, flow_run_run_count },
    effects: effectsOf(walk, state, facts, taskRunAftermath),
  }
}

interface Walk<Facts> {
  readonly answer: Stop | { readonly kind: 'accept'; readonly state: ProposedState }
  /** As the rules left them. */
  readonly facts: Facts
  readonly effects: readonly Effect[]
  readonly after: Change
}

function walkPolicy<Facts extends RunFacts>(
  policy: readonly Rule<Facts>[],
  facts: Facts,
  proposed: ProposedState,
  change: (facts: Facts, change: Change) => Facts,
): Walk<Facts> {
  const origin = facts.run.state?.type ?? null
  let state = proposed
  let working = facts
  let after: Change = {}
  const effects: Effect[] = []
  for (const rule of policy) {
    if (!rule.from.includes(origin) || !rule.to.includes(proposed.type)) continue
    const answer = rule.check(working, state)
    if (answer === null) continue
    // Stopped: what earlier rules wanted no longer counts.
    if (answer.kind !== 'pass') return stoppedWalk(facts, answer, change)
    state = answer.proposed ?? state
    working = change(working, answer.before ?? {})
    after = mergeChanges(after, answer)
    effects.push(...(answer.effects ?? []))
  }
  return { answer: { kind: 'accept', state }, facts: working, effects, after }
}

function stoppedWalk<Facts>(facts: Facts, answer: Stop, change: (facts: Facts, change: Change) => Facts): Walk<Facts> {
  if (answer.kind !== 'reject') return { answer, facts, effects: [], after: {} }
  return {
    answer,
    facts: change(facts, answer.before ?? {}),
    effects: answer.effects ?? [],
    after: answer.after ?? {},
  }
}

function mergeChanges(first: Change, { after }: Pass): Change {
  if (after === undefined) return first
  return { ...first, ...after, policy: { ...first.policy, ...after.policy } }
}

function changeFlowRun(facts: FlowRunFacts, { policy }: Change): FlowRunFacts {
  if (policy === undefined || Object.keys(policy).length === 0) return facts
  return { ...facts, run: { ...facts.run, empirical_policy: { ...facts.run.empirical_policy, ...policy } } }
}

function changeTaskRun(facts: TaskRunFacts, { run_count }: Change): TaskRunFacts {
  return run_count === undefined ? facts : { ...facts, run: { ...facts.run, run_count } }
}

function writtenState(walk: Walk<unknown>): ProposedState | null {
  return walk.answer.kind === 'accept' || walk.answer.kind === 'reject' ? walk.answer.state : null
}

function verdictOf({ answer }: Walk<unknown>, state: State | null): Verdict {
  switch (answer.kind) {
    case 'accept':
      if (state === null) throw new Error('An accepted state is always written')
      return { kind: 'accept', state }
    case 'reject':
      return { kind: 'reject', state, reason: answer.reason }
    case 'wait':
      return { kind: 'wait', delay_seconds: answer.delay_seconds, reason: answer.reason }
    case 'abort':
      return { kind: 'abort', reason: answer.reason }
  }
}

function effectsOf<Facts extends RunFacts>(
  walk: Walk<Facts>,
  state: State,
  facts: Facts,
  aftermath: readonly Aftermath<Facts>[],
): readonly Effect[] {
  const was_rejected = walk.answer.kind === 'reject'
  return [...walk.effects, ...aftermath.flatMap((item) => item.effects(facts, state, was_rejected))]
}
