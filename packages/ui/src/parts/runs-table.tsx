import type { DeploymentResponse, Flow, FlowRunResponse } from '@slipway/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { describeState, isOver } from '../lib/states.ts'
import { elapsed, formatDuration, formatRelative } from '../lib/time.ts'
import { State } from './state.tsx'
import { Time } from './time.tsx'

export interface Names {
  readonly flows: Readonly<Record<string, string>>
  readonly deployments: Readonly<Record<string, string>>
}

const unique = (ids: readonly (string | null)[]) => [...new Set(ids.filter((id) => id !== null))].toSorted()

/** Runs carry only ids; two calls give the names of all flows and deployments on the page. */
export function useNames(flowIds: readonly string[], deploymentIds: readonly (string | null)[]): Names {
  const flows = unique(flowIds)
  const deployments = unique(deploymentIds)
  const flowNames = useQuery({
    queryKey: ['names', 'flows', ...flows],
    enabled: flows.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const found = await api.post<Flow[]>('/flows/filter', { flows: { id: { any_: flows } } }, { signal })
      return Object.fromEntries(found.map(({ id, name }) => [id, name]))
    },
  })
  const deploymentNames = useQuery({
    queryKey: ['names', 'deployments', ...deployments],
    enabled: deployments.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const body = { deployments: { id: { any_: deployments } } }
      const found = await api.post<DeploymentResponse[]>('/deployments/filter', body, { signal })
      return Object.fromEntries(found.map(({ id, name }) => [id, name]))
    },
  })
  return { flows: flowNames.data ?? {}, deployments: deploymentNames.data ?? {} }
}

interface Props {
  readonly caption: string
  readonly runs: readonly FlowRunResponse[]
  readonly now: number
  /** Left out on the page of their deployment. */
  readonly names?: Names
}

export function RunsTable({ caption, runs, now, names }: Props) {
  return (
    <div className="tw">
      <table className="tbl">
        <caption className="sr">{caption}</caption>
        <thead>
          <tr>
            <th className="stc c-state">State</th>
            <th className="c-run">Run</th>
            <th className="h-m">Why</th>
            <th className="h-m c-start">Start</th>
            <th className="num h-m c-dur">Duration</th>
            <th className="h-t c-pool">Pool</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} now={now} names={names} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ run, now, names }: { run: FlowRunResponse; now: number; names: Names | undefined }) {
  const start = run.start_time ?? run.expected_start_time
  const state = { type: run.state_type, name: run.state_name }
  const length = elapsed(run.start_time, run.end_time, now)
  const duration =
    length !== null
      ? formatDuration(length)
      : start !== null && !isOver(run.state_type)
        ? formatRelative(start, now)
        : '–'
  const why = run.state_type === 'COMPLETED' ? '' : (run.state?.message ?? '')
  const flow = names?.flows[run.flow_id]
  const deployment = run.deployment_id === null ? undefined : names?.deployments[run.deployment_id]
  const owner = flow === undefined ? null : deployment === undefined ? flow : `${flow} / ${deployment}`
  return (
    <tr>
      <td className="stc">
        <State {...state} />
      </td>
      <td>
        <Link className="name" to="/runs/flow-run/$id" params={{ id: run.id }}>
          {owner ?? run.name}
        </Link>{' '}
        {owner === null ? null : <span className="sub h-m">{run.name}</span>}
        <span className="mo">
          {describeState(state).word}. {owner === null ? '' : `${run.name}, `}
          {duration}
        </span>
      </td>
      <td className="h-m dim" title={why}>
        {why}
      </td>
      <td className="mono h-m sub">
        <Time at={start} now={now} />
      </td>
      <td className="num h-m">{duration}</td>
      <td className="h-t dim">{run.work_pool_name ?? '–'}</td>
    </tr>
  )
}
