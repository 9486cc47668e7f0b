import type { DeploymentResponse, FlowRunResponse, TaskRun } from '@slipway/contract'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { actionsOf, describeState, isOver } from '../lib/states.ts'
import { elapsed, formatDuration, formatRelative } from '../lib/time.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { Lifecycle } from '../parts/lifecycle.tsx'
import { LogView } from '../parts/log-view.tsx'
import { useNow } from '../parts/now.ts'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { type Change, useChangeRun, useDeployment, useFlow, useRun, useRunStates, useTaskRuns } from './run-queries.ts'

const route = getRouteApi('/runs/flow-run/$id')
const TABS = ['logs', 'tasks', 'job', 'parameters', 'raw'] as const
type Tab = (typeof TABS)[number]
const TAB_WORDS: Readonly<Record<Tab, string>> = {
  logs: 'Logs',
  tasks: 'Tasks',
  job: 'Job',
  parameters: 'Parameters',
  raw: 'Raw',
}

export function RunPage() {
  const { id } = route.useParams()
  const run = useRun(id)
  if (run.error !== null && run.data === undefined)
    return <Problem error={run.error} title="This run cannot be shown" />
  if (run.data === undefined) return <Loading what="the run" />
  return <Run key={id} run={run.data} />
}

function Run({ run }: { run: FlowRunResponse }) {
  const { tab: wanted } = route.useSearch()
  const tab = TABS.find((name) => name === wanted) ?? 'logs'
  const over = isOver(run.state_type)
  const now = useNow(!over)
  const states = useRunStates(run.id)
  const tasks = useTaskRuns(run.id)
  const deployment = useDeployment(run.deployment_id)
  const flow = useFlow(run.flow_id)
  const counts: Partial<Record<Tab, number>> = {
    tasks: tasks.data?.length ?? 0,
    parameters: Object.keys(run.parameters).length,
  }
  return (
    <>
      <RunHead run={run} now={now} owner={ownerName(flow.data?.name, deployment.data)} />
      <ProblemCard run={run} />
      {states.data === undefined ? null : <Lifecycle states={states.data} now={now} />}
      <nav className="tabs" aria-label="Run sections">
        {TABS.map((name) => (
          <Link
            key={name}
            to="/runs/flow-run/$id"
            params={{ id: run.id }}
            search={{ tab: name }}
            activeProps={{}}
            aria-current={name === tab ? 'page' : undefined}
          >
            {TAB_WORDS[name]}
            {counts[name] === undefined ? null : <span className="n">{counts[name]}</span>}
          </Link>
        ))}
      </nav>
      {tab === 'logs' ? <LogView flow_run_id={run.id} isOver={over} /> : null}
      {tab === 'tasks' ? <Tasks tasks={tasks.data} error={tasks.error} now={now} /> : null}
      {tab === 'job' ? <Job run={run} deployment={deployment.data} /> : null}
      {tab === 'parameters' ? <JsonBlock value={run.parameters} empty="This run has no parameters." /> : null}
      {tab === 'raw' ? <JsonBlock value={run} empty="" /> : null}
    </>
  )
}

function ownerName(flow: string | undefined, deployment: DeploymentResponse | undefined): string {
  return deployment === undefined ? (flow ?? 'flow') : `${flow ?? 'flow'} / ${deployment.name}`
}

function RunHead({ run, now, owner }: { run: FlowRunResponse; now: number; owner: string }) {
  const [asked, setAsked] = useState<Change | null>(null)
  const change = useChangeRun(run.id, () => setAsked(null))
  const can = actionsOf(run.state_type)
  const length = elapsed(run.start_time, run.end_time, now)
  const more = length === null ? '' : `${isOver(run.state_type) ? 'after' : 'for'} ${formatDuration(length)}`
  const message = run.state?.message ?? ''
  const isProblem = run.state_type === 'FAILED' || run.state_type === 'CRASHED'
  const ask = (next: Change) => {
    change.reset()
    setAsked(next)
  }
  return (
    <>
      <Head
        title={run.name}
        pill={<State type={run.state_type} name={run.state_name} pill more={more} />}
        say={isProblem || message === '' ? sentence(run, now) : message}
        facts={
          <>
            <Fact icon="rocket">
              {run.deployment_id === null ? (
                owner
              ) : (
                <Link className="link" to="/deployments/deployment/$id" params={{ id: run.deployment_id }}>
                  {owner}
                </Link>
              )}
            </Fact>
            {run.work_pool_name === null ? null : (
              <Fact icon="waypoints">
                <Link className="link" to="/work-pools/work-pool/$name" params={{ name: run.work_pool_name }}>
                  {run.work_pool_name}
                </Link>
              </Fact>
            )}
            <Fact icon="calendar-clock">
              <Time at={run.start_time ?? run.expected_start_time} now={now} />
            </Fact>
            {(run.created_by?.display_value ?? null) === null ? null : (
              <Fact icon="zap">
                {run.created_by?.type?.toLowerCase() ?? ''} {run.created_by?.display_value}
              </Fact>
            )}
            {run.run_count > 1 ? <Fact icon="rotate-cw">attempt {run.run_count}</Fact> : null}
            <span className="mono">
              <Icon name="hash" className="i-14" />
              {run.id.slice(0, 8)}
              <button
                type="button"
                className="ib tiny"
                aria-label="Copy run id"
                onClick={() => void navigator.clipboard.writeText(run.id)}
              >
                <Icon name="copy" className="i-14" />
              </button>
            </span>
          </>
        }
        actions={
          <>
            {can.cancel ? (
              <button type="button" className="btn dan" onClick={() => ask('cancel')}>
                <Icon name="square" />
                Cancel…
              </button>
            ) : null}
            {can.retry && run.deployment_id !== null ? (
              <button type="button" className="btn" onClick={() => ask('retry')}>
                <Icon name="rotate-cw" />
                Retry…
              </button>
            ) : null}
            {run.deployment_id === null ? null : (
              <Link className="btn" to="/deployments/deployment/$id/run" params={{ id: run.deployment_id }}>
                <Icon name="play" />
                Run again…
              </Link>
            )}
          </>
        }
      />
      {asked === null ? null : (
        <Confirm
          title={asked === 'cancel' ? `Cancel ${run.name}?` : `Retry ${run.name}?`}
          verb={asked === 'cancel' ? 'Cancel the run' : 'Retry now'}
          danger={asked === 'cancel'}
          isBusy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          {asked === 'cancel'
            ? 'Its container is asked to stop. Work that it has done stays done.'
            : 'The same run starts once more with the same parameters. Its earlier states stay in its history.'}
        </Confirm>
      )}
    </>
  )
}

function Fact({ icon, children }: { icon: string; children: ReactNode }) {
  return (
    <span>
      <Icon name={icon} className="i-14" />
      <span>{children}</span>
    </span>
  )
}

/** What is true now, for states that carry no message of their own. */
function sentence(run: FlowRunResponse, now: number): string {
  const at = run.expected_start_time
  switch (run.state_type) {
    case 'SCHEDULED':
      return at === null ? 'It waits for its time.' : `It is due ${formatRelative(at, now)}.`
    case 'PENDING':
      return 'It was handed over and has not begun.'
    case 'RUNNING':
      return 'Its container is up and reports.'
    case 'PAUSED':
      return 'It waits for somebody to resume it.'
    case 'CANCELLING':
      return 'Its container was asked to stop and has not confirmed.'
    case 'COMPLETED':
    case 'FAILED':
    case 'CANCELLED':
    case 'CRASHED':
    case null:
      return run.end_time === null ? '' : `It ended ${formatRelative(run.end_time, now)}.`
  }
}

function ProblemCard({ run }: { run: FlowRunResponse }) {
  if (run.state_type !== 'FAILED' && run.state_type !== 'CRASHED') return null
  const { kind, word } = describeState({ type: run.state_type, name: run.state_name })
  const cause = run.state_type === 'CRASHED' ? 'The container ended without a result' : 'The flow raised an error'
  return (
    <section className="prob" data-s={kind} aria-label="What went wrong">
      <div className="prob-b">
        <div className="stack-2">
          <h2>
            <Icon name={`s-${kind}`} />
            {word}: {cause}
          </h2>
          <div className="code msg" tabIndex={0}>
            {run.state?.message ?? 'No reason was reported.'}
          </div>
        </div>
        <div className="fix">
          <Link
            className="btn pri"
            to="/runs/flow-run/$id"
            params={{ id: run.id }}
            search={{ tab: 'logs' }}
            activeProps={{}}
          >
            Read the log
          </Link>
          <Link
            className="btn"
            to="/runs/flow-run/$id"
            params={{ id: run.id }}
            search={{ tab: 'job' }}
            activeProps={{}}
          >
            See the job
          </Link>
        </div>
      </div>
    </section>
  )
}

function Tasks({ tasks, error, now }: { tasks: readonly TaskRun[] | undefined; error: unknown; now: number }) {
  if (error !== null) return <Problem error={error} />
  if (tasks === undefined) return <Loading what="task runs" />
  if (tasks.length === 0) return <p className="pad mute">This run has no task runs yet.</p>
  return (
    <div className="tw">
      <table className="tbl dense">
        <caption className="sr">Task runs in the order of their start</caption>
        <thead>
          <tr>
            <th className="stc c-state">State</th>
            <th className="c-run">Task</th>
            <th className="h-m">Why</th>
            <th className="h-m c-start">Start</th>
            <th className="num c-dur">Duration</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => {
            const length = elapsed(task.start_time, task.end_time, now)
            return (
              <tr key={task.id}>
                <td className="stc">
                  <State type={task.state_type} name={task.state_name} />
                </td>
                <td className="mono">
                  <Link to="/runs/task-run/$id" params={{ id: task.id }}>
                    {task.name}
                  </Link>
                </td>
                <td className="h-m dim" title={task.state?.message ?? ''}>
                  {task.state_type === 'COMPLETED' ? '' : task.state?.message}
                </td>
                <td className="mono h-m sub">
                  <Time at={task.start_time} now={now} />
                </td>
                <td className="num">{length === null ? '–' : formatDuration(length)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Job({ run, deployment }: { run: FlowRunResponse; deployment: DeploymentResponse | undefined }) {
  return (
    <div className="pad stack">
      <dl className="dl">
        <dt>In the cloud</dt>
        <dd className="mono">{run.infrastructure_pid ?? 'Nothing was started for this run yet.'}</dd>
        <dt>Pool, queue</dt>
        <dd>
          {run.work_pool_name ?? '–'}, {run.work_queue_name ?? '–'}
        </dd>
        <dt>Attempts</dt>
        <dd>{run.run_count}</dd>
        <dt>Entrypoint</dt>
        <dd className="mono">{deployment?.entrypoint ?? '–'}</dd>
        <dt>Created by</dt>
        <dd>{run.created_by?.display_value ?? (run.auto_scheduled ? 'its schedule' : 'a caller without a name')}</dd>
        <dt>Idempotency key</dt>
        <dd className="mono">{run.idempotency_key ?? '–'}</dd>
      </dl>
      <div>
        <h2 className="lbl3">Set by this run</h2>
        <JsonBlock value={run.job_variables ?? {}} empty="Nothing; it takes what deployment and pool say." />
      </div>
      <div>
        <h2 className="lbl3">Set by the deployment</h2>
        <JsonBlock value={deployment?.job_variables ?? {}} empty="Nothing; it takes what the pool says." />
      </div>
    </div>
  )
}
