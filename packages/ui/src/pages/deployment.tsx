import type { DeploymentResponse, DeploymentSchedule, FlowRunPaginationResponse } from '@slipway/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { api, reasonOf } from '../api/client.ts'
import { describeSchedule } from '../lib/schedules.ts'
import { isOver } from '../lib/states.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { useNow } from '../parts/now.ts'
import { RunsTable } from '../parts/runs-table.tsx'
import { useDeployment, useFlow } from './run-queries.ts'

const route = getRouteApi('/deployments/deployment/$id')

export function DeploymentPage() {
  const { id } = route.useParams()
  const { data, error } = useDeployment(id)
  if (error !== null) return <Problem error={error} title="This deployment cannot be shown" />
  if (data === undefined) return <Loading what="the deployment" />
  return <Deployment key={id} deployment={data} />
}

function Deployment({ deployment }: { deployment: DeploymentResponse }) {
  const { id } = deployment
  const client = useQueryClient()
  const flow = useFlow(deployment.flow_id)
  const runs = useQuery({
    queryKey: ['runs', 'deployment', id],
    queryFn: ({ signal }) =>
      api.post<FlowRunPaginationResponse>(
        '/flow_runs/paginate',
        { deployments: { id: { any_: [id] } }, sort: 'EXPECTED_START_TIME_DESC', limit: 20 },
        { signal },
      ),
  })
  const pause = useMutation({
    mutationFn: () => api.post(`/deployments/${id}/${deployment.paused ? 'resume_deployment' : 'pause_deployment'}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deployments'] }),
  })
  const rows = runs.data?.results ?? []
  const now = useNow(rows.some(({ state_type }) => !isOver(state_type)))
  const name = `${flow.data?.name ?? 'flow'} / ${deployment.name}`
  return (
    <>
      <Head
        title={name}
        pill={
          <span className="st pill" data-s={deployment.paused ? 'paused' : 'done'}>
            <Icon name={deployment.paused ? 's-paused' : 's-done'} />
            {deployment.paused ? 'Paused' : 'Active'}
          </span>
        }
        say={deployment.description ?? undefined}
        facts={
          <>
            {deployment.work_pool_name === null ? null : (
              <span>
                <Icon name="waypoints" />
                <Link className="link" to="/work-pools/work-pool/$name" params={{ name: deployment.work_pool_name }}>
                  {deployment.work_pool_name}
                </Link>
              </span>
            )}
            {deployment.tags.map((tag) => (
              <span key={tag}>
                <Icon name="tag" />
                {tag}
              </span>
            ))}
            <span className="mono">
              <Icon name="hash" />
              {id}
            </span>
          </>
        }
        actions={
          <>
            <button type="button" className="btn" disabled={pause.isPending} onClick={() => pause.mutate()}>
              <Icon name={deployment.paused ? 'play' : 'pause'} />
              {deployment.paused ? 'Resume schedules' : 'Pause schedules'}
            </button>
            <Link className="btn pri" to="/deployments/deployment/$id/run" params={{ id }}>
              <Icon name="play" />
              Run…
            </Link>
          </>
        }
      />
      {pause.error === null ? null : <p className="err pad">{reasonOf(pause.error)}</p>}
      <div className="cols c73">
        <section aria-label="Runs">
          <div className="sec-h">
            <h2>Runs</h2>
            <span className="mute">{runs.data?.count ?? ''}</span>
          </div>
          {runs.error === null ? null : <Problem error={runs.error} />}
          {rows.length > 0 ? (
            <RunsTable caption="Runs of this deployment" runs={rows} now={now} />
          ) : (
            <p className="pad dim">It has not run yet. Press Run… to start it once.</p>
          )}
        </section>
        <div>
          <section aria-label="Schedules">
            <div className="sec-h">
              <h2>Schedules</h2>
            </div>
            {deployment.schedules.length === 0 ? (
              <p className="kvs dim">None: it runs only when it is asked to.</p>
            ) : (
              deployment.schedules.map((schedule) => <ScheduleRow key={schedule.id} schedule={schedule} id={id} />)
            )}
          </section>
          <section className="sec" aria-label="Parameters">
            <div className="sec-h">
              <h2>Parameters</h2>
            </div>
            <div className="kvs">
              <JsonBlock value={deployment.parameters} empty="It sets none; the flow's own defaults hold." />
            </div>
          </section>
          <section className="sec" aria-label="Job settings">
            <div className="sec-h">
              <h2>Job settings</h2>
            </div>
            <div className="kvs">
              <JsonBlock value={deployment.job_variables} empty="It changes nothing of what the pool says." />
              <p className="help">
                Entrypoint <span className="mono">{deployment.entrypoint ?? '–'}</span>
              </p>
            </div>
          </section>
        </div>
      </div>
    </>
  )
}

function ScheduleRow({ schedule, id }: { schedule: DeploymentSchedule; id: string }) {
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (active: boolean) => api.patch(`/deployments/${id}/schedules/${schedule.id}`, { active }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deployments'] }),
  })
  return (
    <div className="kvs kv">
      <span className="mono wrap-any">{describeSchedule(schedule.schedule)}</span>
      <label className="sw">
        <input
          type="checkbox"
          role="switch"
          checked={schedule.active}
          disabled={change.isPending}
          onChange={(event) => change.mutate(event.target.checked)}
        />
        {schedule.active ? 'On' : 'Off'}
      </label>
    </div>
  )
}
