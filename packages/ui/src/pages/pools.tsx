import type { WorkPoolResponse } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { PoolStatus } from '../parts/pool-status.tsx'

export function PoolsPage() {
  const { data, error } = useQuery({
    queryKey: ['pools', 'list'],
    queryFn: ({ signal }) => api.post<WorkPoolResponse[]>('/work_pools/filter', { limit: 200 }, { signal }),
  })
  const paused = (data ?? []).filter(({ is_paused }) => is_paused).length
  return (
    <>
      <Head
        title="Pools"
        say={
          data === undefined || data.length === 0
            ? undefined
            : `${data.length} ${data.length === 1 ? 'pool' : 'pools'}${paused === 0 ? ', none paused' : `, ${paused} paused`}.`
        }
        actions={
          <Link className="btn pri" to="/work-pools/create">
            <Icon name="plus" />
            New push pool
          </Link>
        }
      />
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="pools" /> : null}
      {data?.length === 0 ? (
        <Empty
          title="No pool yet"
          command="prefect work-pool create my-pool --type cloud-run:push"
          action={
            <Link className="btn pri" to="/work-pools/create">
              Create a Cloud Run pool
            </Link>
          }
        >
          A pool says where runs become containers: which cloud, which project, which image. A push pool needs no
          worker.
        </Empty>
      ) : null}
      {data !== undefined && data.length > 0 ? (
        <div className="sec">
          <table className="tbl">
            <caption className="sr">Pools by name</caption>
            <thead>
              <tr>
                <th className="stc c-state">State</th>
                <th className="c-run">Pool</th>
                <th className="h-m">Type</th>
                <th className="num h-m c-dur">Running</th>
                <th className="num h-m c-dur">Limit</th>
              </tr>
            </thead>
            <tbody>
              {data.map((pool) => (
                <tr key={pool.id}>
                  <td className="stc">
                    <PoolStatus pool={pool} />
                  </td>
                  <td>
                    <Link className="name" to="/work-pools/work-pool/$name" params={{ name: pool.name }}>
                      {pool.name}
                    </Link>
                    <span className="mo">{pool.type}</span>
                  </td>
                  <td className="h-m dim">{pool.type}</td>
                  <td className="num h-m">{pool.active_slots ?? 0}</td>
                  <td className="num h-m dim">{pool.concurrency_limit ?? 'none'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  )
}
