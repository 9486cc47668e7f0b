import type { DeploymentPaginationResponse } from '@slipway/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { api } from '../api/client.ts'
import { describeSchedule } from '../lib/schedules.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNames } from '../parts/runs-table.tsx'

const PAGE_SIZE = 50

export function DeploymentsPage() {
  const [text, setText] = useState('')
  const [page, setPage] = useState(1)
  const query = useDeferredValue(text.trim())
  const { data, error } = useQuery({
    queryKey: ['deployments', 'list', query, page],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const filter = query === '' ? {} : { deployments: { flow_or_deployment_name: { like_: query } } }
      return api.post<DeploymentPaginationResponse>(
        '/deployments/paginate',
        { ...filter, sort: 'NAME_ASC', page, limit: PAGE_SIZE },
        { signal },
      )
    },
  })
  const rows = data?.results ?? []
  const { flows } = useNames(
    rows.map(({ flow_id }) => flow_id),
    [],
  )
  return (
    <>
      <Head title="Deployments" />
      <div className="sec tools">
        <span className="inp log-find">
          <Icon name="search" />
          <input
            data-search
            aria-label="Find a deployment"
            placeholder="Find by flow or deployment"
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              setPage(1)
            }}
          />
        </span>
      </div>
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="deployments" /> : null}
      {data !== undefined && rows.length === 0 ? (
        <Empty
          title={query === '' ? 'No deployment yet' : 'No deployment matches'}
          command="prefect deploy --pool my-pool"
        >
          A deployment says which flow runs where, with which parameters and on which schedule. Make it from the folder
          of your code:
        </Empty>
      ) : null}
      {rows.length > 0 ? (
        <table className="tbl">
          <caption className="sr">Deployments by name</caption>
          <thead>
            <tr>
              <th>Deployment</th>
              <th className="h-m">Schedule</th>
              <th className="h-m c-pool">Pool</th>
              <th className="h-m c-num">State</th>
              <th className="c-num">
                <span className="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((deployment) => (
              <tr key={deployment.id}>
                <td>
                  <Link className="name" to="/deployments/deployment/$id" params={{ id: deployment.id }}>
                    {flows[deployment.flow_id] ?? 'flow'} / {deployment.name}
                  </Link>
                  <span className="mo">
                    {deployment.paused ? 'Paused. ' : ''}
                    {deployment.work_pool_name}
                  </span>
                </td>
                <td className="h-m dim">
                  {deployment.schedules.length === 0
                    ? 'none'
                    : deployment.schedules.map(({ schedule }) => describeSchedule(schedule)).join('; ')}
                </td>
                <td className="h-m dim">{deployment.work_pool_name ?? '–'}</td>
                <td className="h-m">
                  <span className="st" data-s={deployment.paused ? 'paused' : 'done'}>
                    <Icon name={deployment.paused ? 's-paused' : 's-done'} />
                    {deployment.paused ? 'Paused' : 'Active'}
                  </span>
                </td>
                <td className="num">
                  <Link className="btn sm" to="/deployments/deployment/$id/run" params={{ id: deployment.id }}>
                    Run…
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {data !== undefined && data.pages > 1 ? (
        <div className="pager">
          <button type="button" className="btn sm" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            Before
          </button>
          <span className="t12 mute">
            Page {page} of {data.pages}
          </span>
          <button type="button" className="btn sm" disabled={page >= data.pages} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </div>
      ) : null}
    </>
  )
}
