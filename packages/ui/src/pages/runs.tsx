import type { FlowRunPaginationResponse } from '@slipway/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { toRunsQuestion } from '../lib/run-filter.ts'
import { isOver } from '../lib/states.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { Head } from '../parts/head.tsx'
import { useHeldRows } from '../parts/held-rows.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { RunsTable, useNames } from '../parts/runs-table.tsx'

const route = getRouteApi('/runs')
const PAGE_SIZE = 50

const VIEWS = [
  { label: 'All', query: '' },
  { label: 'Needs attention', query: 'state:failed,crashed since:24h' },
  { label: 'Running', query: 'state:running' },
  { label: 'Late', query: 'state:late' },
  { label: 'Scheduled', query: 'state:scheduled' },
  { label: 'Completed', query: 'state:completed' },
] as const

export function RunsPage() {
  const { q: query = '', page = 1 } = route.useSearch()
  const navigate = route.useNavigate()
  const { complaints } = toRunsQuestion(query, Date.now())
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['runs', 'list', query, page],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.post<FlowRunPaginationResponse>(
        '/flow_runs/paginate',
        { ...toRunsQuestion(query, Date.now()).body, sort: 'EXPECTED_START_TIME_DESC', page, limit: PAGE_SIZE },
        { signal },
      ),
  })
  const results = data?.results ?? []
  const { rows, fresh, show } = useHeldRows(`${query} ${page} ${isPlaceholderData}`, results)
  const now = useNow(rows.some(({ state_type }) => !isOver(state_type)))
  const names = useNames(
    rows.map(({ flow_id }) => flow_id),
    rows.map(({ deployment_id }) => deployment_id),
  )
  const search = (q: string) => void navigate({ search: { q, page: 1 } }) // A navigation that is overtaken is no fault.
  return (
    <>
      <Head
        title="Runs"
        actions={
          <Link className="btn pri" to="/deployments">
            <Icon name="play" />
            Run…
          </Link>
        }
      />
      <nav className="views" aria-label="Views">
        {VIEWS.map((view) => (
          <Link
            key={view.label}
            to="/runs"
            search={{ q: view.query, page: 1 }}
            activeProps={{}}
            aria-current={view.query === query ? 'page' : undefined}
          >
            {view.label}
            {view.query === query && data !== undefined ? <span className="n">{data.count}</span> : null}
          </Link>
        ))}
      </nav>
      <div className="sec tools">
        <FilterBar
          label="Filter runs"
          placeholder="state:failed  deployment:daily  pool:…  tag:…  since:24h  or a name"
          query={query}
          onChange={search}
        />
        {complaints.map((complaint) => (
          <p key={complaint} className="err" role="alert">
            <Icon name="s-failed" />
            {complaint}
          </p>
        ))}
      </div>
      {fresh === 0 ? null : (
        <div className="new">
          <button type="button" onClick={show}>
            {fresh} new {fresh === 1 ? 'run' : 'runs'}. Show {fresh === 1 ? 'it' : 'them'}
          </button>
        </div>
      )}
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="runs" /> : null}
      {rows.length > 0 ? <RunsTable caption="Runs, newest first" runs={rows} now={now} names={names} /> : null}
      {data !== undefined && rows.length === 0 ? <NoRuns isFiltered={query !== ''} onClear={() => search('')} /> : null}
      {data !== undefined && data.pages > 1 ? (
        <nav className="pager" aria-label="Pages">
          <Link
            className="btn sm"
            to="/runs"
            search={{ q: query, page: Math.max(1, page - 1) }}
            disabled={page <= 1}
            activeProps={{}}
          >
            Newer
          </Link>
          <span className="t12 mute">
            Page {page} of {data.pages}, {data.count} runs
          </span>
          <Link
            className="btn sm"
            to="/runs"
            search={{ q: query, page: page + 1 }}
            disabled={page >= data.pages}
            activeProps={{}}
          >
            Older
          </Link>
        </nav>
      ) : null}
    </>
  )
}

function NoRuns({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered)
    return (
      <Empty
        title="No run matches"
        action={
          <button type="button" className="btn" onClick={onClear}>
            Show all runs
          </button>
        }
      >
        The whole history was searched, not only what was on the screen.
      </Empty>
    )
  return (
    <Empty title="Nothing has run yet" command="prefect deployment run 'my-flow/my-deployment'">
      A run is one execution of a flow. Start one from a deployment, by its schedule, or with the command.
    </Empty>
  )
}
