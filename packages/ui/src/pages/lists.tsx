import type { Flow, FlowPaginationResponse, GlobalConcurrencyLimitResponse, Variable } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api } from '../api/client.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { useNow } from '../parts/now.ts'
import { Time } from '../parts/time.tsx'
import { useFlow } from './run-queries.ts'

interface ListProps<T> {
  readonly title: string
  readonly say: string
  readonly command: string
  readonly columns: readonly string[]
  readonly query: { readonly data: readonly T[] | undefined; readonly error: Error | null }
  readonly row: (item: T) => ReactNode
}

function List<T>({ title, say, command, columns, query, row }: ListProps<T>) {
  const { data, error } = query
  return (
    <>
      <Head title={title} say={say} />
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what={title.toLowerCase()} /> : null}
      {data?.length === 0 ? (
        <Empty title={`No ${title.toLowerCase()} yet`} command={command}>
          The first one appears here by itself.
        </Empty>
      ) : null}
      {data !== undefined && data.length > 0 ? (
        <div className="sec">
          <table className="tbl">
            <caption className="sr">{title}</caption>
            <thead>
              <tr>
                {columns.map((column, index) => (
                  <th key={column} className={index > 1 ? 'h-m' : ''}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{data.map((item) => row(item))}</tbody>
          </table>
        </div>
      ) : null}
    </>
  )
}

export function FlowsPage() {
  const now = useNow(false)
  const { data, error } = useQuery({
    queryKey: ['flows', 'list'],
    queryFn: ({ signal }) =>
      api.post<FlowPaginationResponse>('/flows/paginate', { sort: 'UPDATED_DESC', limit: 200 }, { signal }),
  })
  return (
    <List<Flow>
      title="Flows"
      say="Programs that this server has seen run or deployed."
      command="python my_flow.py"
      columns={['Flow', 'Tags', 'Changed']}
      query={{ data: data?.results, error }}
      row={(flow) => (
        <tr key={flow.id}>
          <td>
            <Link className="name" to="/flows/flow/$id" params={{ id: flow.id }}>
              {flow.name}
            </Link>
          </td>
          <td className="dim">{flow.tags.join(', ')}</td>
          <td className="h-m sub mono">
            <Time at={flow.updated} now={now} />
          </td>
        </tr>
      )}
    />
  )
}

const flowRoute = getRouteApi('/flows/flow/$id')

export function FlowPage() {
  const { id } = flowRoute.useParams()
  const { data, error } = useFlow(id)
  if (error !== null) return <Problem error={error} title="This flow cannot be shown" />
  if (data === undefined) return <Loading what="the flow" />
  return (
    <>
      <Head
        title={data.name}
        actions={
          <Link className="btn" to="/runs" search={{ q: `flow:"${data.name}"`, page: 1 }}>
            Its runs
          </Link>
        }
      />
      <div className="sec pad">
        <JsonBlock value={data} empty="" />
      </div>
    </>
  )
}

export function VariablesPage() {
  const now = useNow(false)
  const { data, error } = useQuery({
    queryKey: ['variables'],
    queryFn: ({ signal }) => api.post<Variable[]>('/variables/filter', { sort: 'NAME_ASC', limit: 200 }, { signal }),
  })
  return (
    <List<Variable>
      title="Variables"
      say="Values that flows and job settings read by name. They are no place for secrets."
      command="prefect variable set region europe-west1"
      columns={['Name', 'Value', 'Changed']}
      query={{ data, error }}
      row={(variable) => (
        <tr key={variable.id}>
          <td className="name">{variable.name}</td>
          <td className="mono" title={JSON.stringify(variable.value)}>
            {JSON.stringify(variable.value)}
          </td>
          <td className="h-m sub mono">
            <Time at={variable.updated} now={now} />
          </td>
        </tr>
      )}
    />
  )
}

export function LimitsPage() {
  const { data, error } = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) =>
      api.post<GlobalConcurrencyLimitResponse[]>('/v2/concurrency_limits/filter', { limit: 200 }, { signal }),
  })
  return (
    <List<GlobalConcurrencyLimitResponse>
      title="Limits"
      say="How many holders may hold a named slot at once."
      command="prefect gcl create my-limit --limit 5"
      columns={['Limit', 'In use', 'State']}
      query={{ data, error }}
      row={(limit) => (
        <tr key={limit.id}>
          <td className="name">{limit.name}</td>
          <td>
            {limit.active_slots} of {limit.limit}
          </td>
          <td className="h-m dim">{limit.active ? 'On' : 'Off'}</td>
        </tr>
      )}
    />
  )
}
