import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import {
  isNewerState,
  readTaskRunEvent,
  type RecordedTaskRun,
  type TaskRunColumns,
} from '../domain/orchestration/task-run-event.ts'
import type { State } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import type { WireEvent } from '../store/events.ts'
import {
  insertReportedStates,
  insertReportedTaskRuns,
  type KnownTaskRun,
  lockReportedTaskRuns,
  type ReportedTaskRun,
  updateReportedTaskRuns,
} from '../store/task-run-recorder.ts'
import { asJson } from './flow-run-facts.ts'

/** Somebody else inserted the same task run meanwhile: it is read again. More often than this nobody can be first. */
const MOST_ROUNDS = 5

/**
 * The task runs of a running flow exist only as events of their client. This makes rows of them: a row follows its
 * newest state, every state is kept once, and repeated or reordered events change nothing.
 */
export async function recordTaskRunEvents(
  ctx: Context,
  tx: Transaction,
  workspace_id: string,
  events: readonly WireEvent[],
  now: Timestamp,
): Promise<void> {
  let open = events.flatMap((event) => readReport(ctx, event))
  for (let round = 0; open.length > 0; round += 1) {
    if (round === MOST_ROUNDS) throw new Error('The same task runs are inserted again and again by somebody else')
    open = await recordReports(ctx, tx, { workspace_id, reports: open, now })
  }
}

function readReport(ctx: Context, event: WireEvent): readonly RecordedTaskRun[] {
  const reading = readTaskRunEvent(event)
  switch (reading.kind) {
    case 'recorded':
      return [reading.task_run]
    case 'malformed':
      ctx.log.warn({ event_id: event.id, reason: reading.reason }, 'the event of a task run cannot be read')
      return []
    case 'ignored':
      return []
  }
}

interface Reports {
  readonly workspace_id: string
  readonly reports: readonly RecordedTaskRun[]
  readonly now: Timestamp
}

/** Returns the reports of task runs that appeared between the look and the insert. */
async function recordReports(ctx: Context, tx: Transaction, given: Reports): Promise<RecordedTaskRun[]> {
  const { workspace_id, reports, now } = given
  const keys = [...groupBy(reports, keyOf).values()].flatMap(([first]) => (first === undefined ? [] : [rowKey(first)]))
  const known = await lockReportedTaskRuns(tx, workspace_id, keys)
  const byKey = new Map(known.map((row) => [keyOf({ ...row, columns: row }), row]))
  const byId = new Map(known.map((row) => [row.id, row]))

  const groups = [...groupBy(reports, keyOf).values()].map((group) => groupOf(group, { byKey, byId, workspace_id }))
  for (const group of groups) {
    if (group.kind === 'foreign')
      ctx.log.warn({ task_run_id: group.id }, 'a task run was reported under the id of another one')
  }
  const fresh = groups.filter((group) => group.kind === 'new')
  const inserted = new Set(
    await insertReportedTaskRuns(
      tx,
      workspace_id,
      fresh.map(({ row }) => row),
      now,
    ),
  )
  const late = fresh.filter(({ row }) => !inserted.has(row.id))
  const written = groups.filter(
    (group) => group.kind === 'known' || (group.kind === 'new' && inserted.has(group.row.id)),
  )
  await updateReportedTaskRuns(
    tx,
    groups.flatMap((group) => (group.kind === 'known' && group.row !== null ? [group.row] : [])),
    now,
  )
  await insertReportedStates(
    tx,
    workspace_id,
    written.flatMap((group) => (group.kind === 'foreign' ? [] : statesOf(group.reports, group.id))),
  )
  return late.flatMap(({ reports }) => reports)
}

type Group =
  | { readonly kind: 'new'; readonly id: string; readonly row: ReportedTaskRun; readonly reports: RecordedTaskRun[] }
  | {
      readonly kind: 'known'
      readonly id: string
      /** Null: nothing in it is newer than what is stored. */
      readonly row: ReportedTaskRun | null
      readonly reports: RecordedTaskRun[]
    }
  | { readonly kind: 'foreign'; readonly id: string }

interface Known {
  readonly byKey: ReadonlyMap<string, KnownTaskRun>
  readonly byId: ReadonlyMap<string, KnownTaskRun>
  readonly workspace_id: string
}

/** All reports about one task run, oldest first, against the row that there is. */
function groupOf(unordered: readonly RecordedTaskRun[], { byKey, byId, workspace_id }: Known): Group {
  const reports = [...unordered].sort((a, b) => compare(a.state.timestamp, b.state.timestamp))
  const [first] = reports
  if (first === undefined) throw new Error('A group has at least one report')
  const stored = byKey.get(keyOf(first)) ?? byId.get(first.id)
  if (stored === undefined) {
    const row = rowOf(reports, first.id)
    return { kind: 'new', id: first.id, row, reports }
  }
  // An id alone proves nothing: the row of another flow run, or of another workspace, is not touched.
  if (stored.workspace_id !== workspace_id || stored.flow_run_id !== first.flow_run_id)
    return { kind: 'foreign', id: first.id }
  const newer = reports.filter((report) => isNewerState(stored.state_timestamp, report.state.timestamp))
  return { kind: 'known', id: stored.id, row: newer.length === 0 ? null : rowOf(newer, stored.id), reports }
}

function rowOf(reports: readonly RecordedTaskRun[], id: string): ReportedTaskRun {
  const last = reports.at(-1)
  if (last === undefined) throw new Error('A row is made of at least one report')
  const columns = Object.assign({}, ...reports.map((report) => report.columns)) as TaskRunColumns
  const state = stateOf(last, id)
  return {
    ...rowKey(last),
    id,
    present: Object.keys(columns),
    name: columns.name ?? null,
    cache_key: columns.cache_key ?? null,
    cache_expiration: columns.cache_expiration ?? null,
    task_version: columns.task_version ?? null,
    empirical_policy: columns.empirical_policy ?? null,
    tags: columns.tags ?? null,
    labels: columns.labels ?? null,
    task_inputs: columns.task_inputs ?? null,
    run_count: columns.run_count ?? null,
    flow_run_run_count: columns.flow_run_run_count ?? null,
    expected_start_time: columns.expected_start_time ?? null,
    next_scheduled_start_time: columns.next_scheduled_start_time ?? null,
    start_time: columns.start_time ?? null,
    end_time: columns.end_time ?? null,
    total_run_time: columns.total_run_time ?? null,
    state: asJson(state),
    state_id: state.id,
    state_type: state.type,
    state_name: state.name,
    state_timestamp: state.timestamp,
  }
}

function statesOf(reports: readonly RecordedTaskRun[], task_run_id: string) {
  return reports.map((report) => {
    const state = stateOf(report, task_run_id)
    return {
      id: state.id,
      task_run_id,
      timestamp: state.timestamp,
      type: state.type,
      name: state.name,
      state: asJson(state),
    }
  })
}

/** The row that was there first keeps its id, and the states follow it. */
function stateOf({ state }: RecordedTaskRun, task_run_id: string): State {
  return { ...state, state_details: { ...state.state_details, task_run_id } }
}

function rowKey({ id, flow_run_id, columns: { task_key, dynamic_key } }: RecordedTaskRun) {
  return { id, flow_run_id, task_key, dynamic_key }
}

function keyOf({ flow_run_id, columns }: Pick<RecordedTaskRun, 'flow_run_id' | 'columns'>): string {
  return JSON.stringify([flow_run_id, columns.task_key, columns.dynamic_key])
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
