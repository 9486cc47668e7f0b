import type { WorkQueueResponse } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Loading, Problem } from '../parts/feedback.tsx'

const route = getRouteApi('/work-queues/work-queue/$id')

/** Queues are shown on the page of their pool; a printed link to a queue leads there. */
export function QueueLink() {
  const { id } = route.useParams()
  const { data, error } = useQuery({
    queryKey: ['pools', 'queue', id],
    queryFn: ({ signal }) => api.get<WorkQueueResponse>(`/work_queues/${id}`, signal),
  })
  if (error !== null) return <Problem error={error} title="This queue cannot be shown" />
  if (data === undefined) return <Loading what="the queue" />
  const { work_pool_name } = data
  if (work_pool_name === null) return <Problem error={new Error('It belongs to no pool')} />
  return <Navigate to="/work-pools/work-pool/$name" params={{ name: work_pool_name }} replace />
}
