import type { DependencyResult, Graph, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { connect, type GraphEdges, sourcesOf } from '../domain/graph.ts'
import { estimatedRunTime } from '../domain/lateness.ts'
import type { State } from '../domain/orchestration/verdict.ts'
import { problem } from '../errors.ts'
import {
  type GraphArtifactRow,
  type GraphNodeRow,
  listGraphArtifacts,
  listGraphNodes,
  listTaskRunsOfFlowRun,
} from '../store/flow-run-graph.ts'
import { findFlowRun } from '../store/flow-runs.ts'
import { listFlowRunStates } from '../store/run-states.ts'
import { stateOf } from './flow-run-facts.ts'

/** No screen draws more. */
const MOST_NODES = 10_000
const MOST_ARTIFACTS = 10_000

/** Tasks and subflows of a flow run, who gave what to whom, artifacts and states. Null when there is no such run. */
export async function readGraph(
  ctx: Context,
  workspace_id: string,
  flow_run_id: string,
  since: Timestamp | null,
): Promise<Graph | null> {
  const [run, rows, artifacts, states] = await Promise.all([
    findFlowRun(ctx.db, workspace_id, flow_run_id),
    listGraphNodes(ctx.db, workspace_id, flow_run_id, MOST_NODES + 1),
    listGraphArtifacts(ctx.db, workspace_id, flow_run_id, MOST_ARTIFACTS),
    listFlowRunStates(ctx.db, workspace_id, flow_run_id),
  ])
  if (run === null) return null
  if (rows.length > MOST_NODES)
    throw problem(400, `The graph of flow run ${flow_run_id} has more than ${MOST_NODES} nodes.`)
  const edgesOf = connect(rows)
  const shown = rows.filter(({ end_time }) => since === null || end_time === null || end_time >= since)
  const byTask = Map.groupBy(artifacts, ({ task_run_id }) => task_run_id)
  return {
    start_time: run.start_time ?? run.expected_start_time,
    end_time: run.end_time,
    root_node_ids: shown.filter(({ id }) => edgesOf(id).parents.length === 0).map(({ id }) => id),
    nodes: shown.map((row) => [row.id, nodeOf(row, edgesOf(row.id), byTask.get(row.id) ?? [])]),
    artifacts: (byTask.get(null) ?? []).map(artifactOf),
    // The history holds what `applyTransitions` wrote.
    states: (states as unknown as readonly State[]).map(({ id, timestamp, type, name }) => ({
      id,
      timestamp,
      type,
      name,
    })),
  }
}

function nodeOf(
  { kind, id, label, state_type, start_time, end_time }: GraphNodeRow,
  { parents, children, encapsulating }: GraphEdges,
  artifacts: readonly GraphArtifactRow[],
) {
  return {
    kind,
    id,
    label,
    state_type,
    start_time,
    end_time,
    parents: parents.map((parent) => ({ id: parent })),
    children: children.map((child) => ({ id: child })),
    encapsulating: encapsulating.map((around) => ({ id: around })),
    artifacts: artifacts.map(artifactOf),
  }
}

function artifactOf({ id, created, key, type, is_latest, data }: GraphArtifactRow) {
  return { id, created, key, type, is_latest, data }
}

/** The older graph: task runs and the tasks whose results they took. Null when there is no such run. */
export async function readDependencies(
  ctx: Context,
  workspace_id: string,
  flow_run_id: string,
): Promise<DependencyResult[] | null> {
  if ((await findFlowRun(ctx.db, workspace_id, flow_run_id)) === null) return null
  const now = ctx.clock.now()
  const rows = await listTaskRunsOfFlowRun(ctx.db, workspace_id, flow_run_id, MOST_NODES)
  return rows.map((row) => {
    const state = stateOf(row)
    const inputs = row.task_inputs as Parameters<typeof sourcesOf>[0]
    return {
      id: row.id,
      name: row.name,
      upstream_dependencies: [...sourcesOf(inputs, () => true)].map((id) => ({ input_type: 'task_run' as const, id })),
      state,
      expected_start_time: row.expected_start_time,
      start_time: row.start_time,
      end_time: row.end_time,
      total_run_time: row.total_run_time,
      estimated_run_time: estimatedRunTime({ ...row, state_type: state?.type ?? null }, now),
      untrackable_result: state?.state_details.untrackable_result ?? false,
    }
  })
}
