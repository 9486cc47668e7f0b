import type { TaskRun } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { State } from '../parts/state.tsx'

const route = getRouteApi('/runs/task-run/$id')

export function TaskRunPage() {
  const { id } = route.useParams()
  const { data, error } = useQuery({
    queryKey: ['task-run', id],
    queryFn: ({ signal }) => api.get<TaskRun>(`/task_runs/${id}`, signal),
  })
  if (error !== null) return <Problem error={error} title="This task run cannot be shown" />
  if (data === undefined) return <Loading what="the task run" />
  return (
    <>
      <Head
        title={data.name}
        pill={<State type={data.state_type} name={data.state_name} pill />}
        say={data.state?.message ?? undefined}
        facts={
          data.flow_run_id === null ? undefined : (
            <Link className="link" to="/runs/flow-run/$id" params={{ id: data.flow_run_id }}>
              The run that it belongs to
            </Link>
          )
        }
      />
      <div className="sec pad">
        <JsonBlock value={data} empty="" />
      </div>
    </>
  )
}
