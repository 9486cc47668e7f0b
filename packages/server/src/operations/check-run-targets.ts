import type { RunTargets } from '../domain/access/run-scope.ts'
import type { Queryable } from '../store/database.ts'
import { listArtifactOwners, listRunsBelow, listTaskRunOwners, type Owned } from '../store/run-family.ts'

/** Whose credential it is. */
export interface RunHolder {
  readonly workspace_id: string
  readonly flow_run_id: string
}

/** Whether all that a request names is of the run or of runs below it. Most requests name the run itself and cost no query. */
export async function checkRunTargets(db: Queryable, holder: RunHolder, targets: RunTargets): Promise<boolean> {
  const { workspace_id } = holder
  const {
    flow_runs = [],
    task_runs = [],
    coming_task_runs = [],
    own_or_background_task_runs = [],
    artifacts = [],
  } = targets
  // What is missing where an id must be is not of the run.
  if ([flow_runs, task_runs, coming_task_runs, own_or_background_task_runs, artifacts].some((ids) => ids.includes('')))
    return false
  const must = [...task_runs, ...own_or_background_task_runs]
  const asked = [...must, ...coming_task_runs]
  const tasks = asked.length === 0 ? [] : await listTaskRunOwners(db, workspace_id, asked)
  const made = artifacts.length === 0 ? [] : await listArtifactOwners(db, workspace_id, artifacts)
  if (!areAllIn(must, tasks) || !areAllIn(artifacts, made)) return false
  const background = new Set(own_or_background_task_runs)
  const owners = [...tasks.filter(({ id, flow_run_id }) => flow_run_id !== null || !background.has(id)), ...made]
  if (owners.some((owned) => owned.flow_run_id === null)) return false
  return await areOwnRuns(db, holder, [...flow_runs, ...owners.flatMap((owned) => owned.flow_run_id ?? [])])
}

export async function areOwnRuns(
  db: Queryable,
  { workspace_id, flow_run_id }: RunHolder,
  ids: readonly string[],
): Promise<boolean> {
  const others = [...new Set(ids)].filter((id) => id !== flow_run_id)
  if (others.length === 0) return true
  return (await listRunsBelow(db, workspace_id, flow_run_id, others)).length === others.length
}

function areAllIn(ids: readonly string[], found: readonly Owned[]): boolean {
  const known = new Set(found.map(({ id }) => id))
  return ids.every((id) => known.has(id))
}
