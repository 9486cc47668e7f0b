import { addSeconds } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { isTerminal } from '../domain/orchestration/verdict.ts'
import { applyObservation, concludeObservation } from '../operations/apply-observation.ts'
import type { FrozenRequest, Observation, Provider, ProviderCall } from '../providers/provider.ts'
import {
  listWatchedSubmissions,
  markStopRequested,
  markSubmissionsObserved,
  type WatchedSubmission,
} from '../store/watched-submissions.ts'
import { prepareCall } from './provider-calls.ts'
import type { Service } from './service.ts'

const BATCH = 200
/** A client takes a moment to leave after its run has ended; a container that stays longer is stopped. */
const LINGER_SECONDS = 120

interface Prepared {
  readonly watched: WatchedSubmission
  readonly provider: Provider
  readonly call: ProviderCall
  readonly request: FrozenRequest
}

/** Asks clouds what became of accepted attempts: the container that never reports, that is gone, or that stays too long. */
export function createReconciler(intervalSeconds: number): Service {
  return {
    name: 'reconciler',
    intervalMs: intervalSeconds * 1_000,
    async runOnce(ctx) {
      const seen_before = addSeconds(ctx.clock.now(), -intervalSeconds / 2)
      const watched = await listWatchedSubmissions(ctx.db, seen_before, BATCH)
      for (const group of (await prepare(ctx, watched)).values()) await reconcile(ctx, group)
      return watched.length === BATCH ? 'more' : 'idle'
    },
  }
}

/** By pool: one list call of the cloud then covers all of them. */
async function prepare(ctx: EdgeContext, watched: readonly WatchedSubmission[]): Promise<Map<string, Prepared[]>> {
  const groups = new Map<string, Prepared[]>()
  const unreachable: WatchedSubmission[] = []
  for (const each of watched) {
    const prepared = await prepareCall(ctx, each)
    if (prepared === null) unreachable.push(each)
    else groups.set(each.work_pool_id, [...(groups.get(each.work_pool_id) ?? []), { watched: each, ...prepared }])
  }
  await markSubmissionsObserved(
    ctx.db,
    unreachable.map(({ id }) => ({ id, is_over: false })),
    ctx.clock.now(),
  )
  return groups
}

async function reconcile(ctx: EdgeContext, group: readonly Prepared[]): Promise<void> {
  const [first] = group
  if (first === undefined) return
  const outcome = await first.provider.observe(
    first.call,
    group.map(({ request }) => request),
  )
  if (outcome.kind === 'failed') {
    // A cloud that does not answer decides nothing about a run; the attempts are looked at again.
    ctx.log.warn(
      { fault: outcome.fault, work_pool_id: first.watched.work_pool_id },
      'A cloud could not be asked about its executions',
    )
    await markSubmissionsObserved(
      ctx.db,
      group.map(({ watched }) => ({ id: watched.id, is_over: false })),
      ctx.clock.now(),
    )
    return
  }
  const seen = new Map(outcome.observations.map((observation) => [observation.submission_id, observation]))
  for (const prepared of group) {
    const observation = seen.get(prepared.watched.id)
    if (observation !== undefined) await follow(ctx, prepared, observation)
  }
  const marks = group.map(({ watched }) => ({ id: watched.id, is_over: isOver(seen.get(watched.id)) }))
  await markSubmissionsObserved(ctx.db, marks, ctx.clock.now())
}

async function follow(
  ctx: EdgeContext,
  { watched, provider, call, request }: Prepared,
  observation: Observation,
): Promise<void> {
  const concluded = concludeObservation(ctx, watched, observation)
  switch (concluded.kind) {
    case 'wait':
      return
    case 'nothing':
      if (isOver(observation)) await applyObservation(ctx, watched, null, [])
      else if (lingers(ctx, watched)) await stop(ctx, { watched, provider, call, request })
      return
    case 'propose': {
      const tail = await tailOf(ctx, { watched, provider, call, request })
      if (concluded.stop) await stop(ctx, { watched, provider, call, request })
      await applyObservation(ctx, watched, concluded.state, tail)
    }
  }
}

/** A crash report without the container's output is still a crash report. */
async function tailOf(ctx: EdgeContext, { watched, provider, call, request }: Prepared): Promise<readonly string[]> {
  try {
    return await provider.tailLogs(call, request)
  } catch (error) {
    ctx.log.warn({ err: error, submission_id: watched.id }, "The container's output could not be fetched")
    return []
  }
}

async function stop(ctx: EdgeContext, { watched, provider, call, request }: Prepared): Promise<void> {
  await markStopRequested(ctx.db, watched.id, ctx.clock.now())
  const outcome = await provider.stop(call, request)
  if (outcome.kind === 'failed')
    ctx.log.warn({ fault: outcome.fault, submission_id: watched.id }, 'An execution could not be stopped')
}

function isOver(observation: Observation | undefined): boolean {
  if (observation === undefined) return false
  return observation.phase !== 'pending' && observation.phase !== 'running'
}

function lingers(ctx: EdgeContext, watched: WatchedSubmission): boolean {
  const { run_state_type, run_state_timestamp } = watched
  if (run_state_timestamp === null || !isTerminal(run_state_type)) return false
  if (watched.stop_requested_at !== null) return false
  return addSeconds(run_state_timestamp, LINGER_SECONDS) <= ctx.clock.now()
}
