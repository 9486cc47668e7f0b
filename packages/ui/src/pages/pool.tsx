import type { FlowRunPaginationResponse, WorkPoolResponse, WorkQueueResponse } from '@slipway/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, reasonOf } from '../api/client.ts'
import { isOver } from '../lib/states.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Command, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { useNow } from '../parts/now.ts'
import { PoolStatus } from '../parts/pool-status.tsx'
import { RunsTable, useNames } from '../parts/runs-table.tsx'

const route = getRouteApi('/work-pools/work-pool/$name')

export function PoolPage() {
  const { name } = route.useParams()
  const { data, error } = useQuery({
    queryKey: ['pools', name],
    queryFn: ({ signal }) => api.get<WorkPoolResponse>(`/work_pools/${encodeURIComponent(name)}`, signal),
  })
  if (error !== null) return <Problem error={error} title="This pool cannot be shown" />
  if (data === undefined) return <Loading what="the pool" />
  return <Pool key={data.id} pool={data} />
}

function Pool({ pool }: { pool: WorkPoolResponse }) {
  const path = `/work_pools/${encodeURIComponent(pool.name)}`
  const [isAsked, setAsked] = useState(false)
  const client = useQueryClient()
  const queues = useQuery({
    queryKey: ['pools', pool.name, 'queues'],
    queryFn: ({ signal }) => api.post<WorkQueueResponse[]>(`${path}/queues/filter`, { limit: 200 }, { signal }),
  })
  const runs = useQuery({
    queryKey: ['runs', 'pool', pool.name],
    queryFn: ({ signal }) =>
      api.post<FlowRunPaginationResponse>(
        '/flow_runs/paginate',
        { work_pools: { name: { any_: [pool.name] } }, sort: 'EXPECTED_START_TIME_DESC', limit: 20 },
        { signal },
      ),
  })
  const change = useMutation({
    mutationFn: (body: { readonly is_paused?: boolean; readonly concurrency_limit?: number | null }) =>
      api.patch(path, body),
    onSuccess: async () => {
      setAsked(false)
      await client.invalidateQueries({ queryKey: ['pools'] })
    },
  })
  const rows = runs.data?.results ?? []
  const now = useNow(rows.some(({ state_type }) => !isOver(state_type)))
  const names = useNames(
    rows.map(({ flow_id }) => flow_id),
    rows.map(({ deployment_id }) => deployment_id),
  )
  const waiting = rows.filter(({ state_type }) => state_type === 'SCHEDULED' || state_type === 'PENDING')
  const due = waiting.filter(
    ({ expected_start_time }) => expected_start_time !== null && Date.parse(expected_start_time) <= now,
  )
  const lastWord = due.find(({ state }) => (state?.message ?? '') !== '')?.state?.message
  return (
    <>
      <Head
        title={pool.name}
        pill={<PoolStatus pool={pool} pill />}
        say={
          <>
            <b className="b">{poolSentence(pool, due.length)}</b> {lastWord}
          </>
        }
        facts={
          <>
            <span>
              <Icon name="cloud" className="i-14" />
              {pool.type}
            </span>
            {pool.description === null || pool.description === '' ? null : <span>{pool.description}</span>}
          </>
        }
        actions={
          <button
            type="button"
            className="btn"
            onClick={() => (pool.is_paused ? change.mutate({ is_paused: false }) : setAsked(true))}
          >
            <Icon name={pool.is_paused ? 'play' : 'pause'} />
            {pool.is_paused ? 'Resume' : 'Pause…'}
          </button>
        }
      />
      {isAsked ? (
        <Confirm
          title={`Pause ${pool.name}?`}
          verb="Pause the pool"
          isBusy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ is_paused: true })}
          onClose={() => setAsked(false)}
        >
          Runs that are due wait until it is resumed. What runs already goes on.
        </Confirm>
      ) : null}
      <div className="stats">
        <div>
          <span className="st" data-s="running">
            <Icon name="s-running" /> Slots in use
          </span>
          <span className="v">
            {pool.active_slots ?? 0}
            <small>{pool.concurrency_limit === null ? 'no limit' : `of ${pool.concurrency_limit}`}</small>
          </span>
        </div>
        <div>
          <span className="st" data-s="waiting">
            <Icon name="s-waiting" /> Due and waiting
          </span>
          <span className="v">
            {due.length}
            <small>of the last {rows.length} runs</small>
          </span>
        </div>
        <div>
          <span className="st dim">
            <Icon name="activity" /> Queues
          </span>
          <span className="v">{queues.data?.length ?? '…'}</span>
        </div>
        <LimitForm pool={pool} onSave={(limit) => change.mutate({ concurrency_limit: limit })} error={change.error} />
      </div>
      <section className="sec" aria-label="Queues">
        <div className="sec-h">
          <h2>Queues</h2>
          <span className="mute">lower number first</span>
        </div>
        {(queues.data ?? []).map((queue) => (
          <div className="queue" key={queue.id}>
            <Icon name={queue.is_paused ? 's-paused' : 's-done'} />
            <span>
              <b className="name">{queue.name}</b> <span className="mute">priority {queue.priority}</span>
            </span>
            <span className="num">{queue.is_paused ? 'paused' : ''}</span>
            <span className="num">
              {queue.active_slots ?? 0} of {queue.concurrency_limit ?? '∞'}
            </span>
          </div>
        ))}
      </section>
      <section className="sec" aria-label="Runs">
        <div className="sec-h">
          <h2>Runs</h2>
          <span className="end">
            <Link className="link" to="/runs" search={{ q: `pool:"${pool.name}"`, page: 1 }}>
              All {runs.data?.count ?? ''}
            </Link>
          </span>
        </div>
        {runs.error === null ? null : <Problem error={runs.error} />}
        {rows.length > 0 ? (
          <RunsTable caption="Runs of this pool" runs={rows} now={now} names={names} />
        ) : (
          <div className="pad stack-2">
            <p className="dim">Nothing ran here yet. Deploy a flow to this pool:</p>
            <Command text={`prefect deploy --pool ${pool.name}`} />
          </div>
        )}
      </section>
      <details className="sec template">
        <summary className="sec-h">
          <h2>Job template</h2>
        </summary>
        <div className="pad">
          <JsonBlock value={pool.base_job_template} empty="It has none." />
        </div>
      </details>
    </>
  )
}

function poolSentence(pool: WorkPoolResponse, due: number): string {
  if (pool.is_paused) return `It is paused${due > 0 ? `, and ${due} runs wait` : ''}.`
  const { concurrency_limit: limit, active_slots } = pool
  if (limit !== null && (active_slots ?? 0) >= limit) return `All ${limit} slots are in use; runs start in order.`
  return due > 0 ? `${due} ${due === 1 ? 'run is' : 'runs are'} on the way to a container.` : 'Nothing waits here.'
}

function LimitForm({
  pool,
  onSave,
  error,
}: {
  pool: WorkPoolResponse
  onSave: (limit: number | null) => void
  error: Error | null
}) {
  const [text, setText] = useState(pool.concurrency_limit === null ? '' : String(pool.concurrency_limit))
  const isBad = text !== '' && !/^\d+$/.test(text)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isBad) onSave(text === '' ? null : Number(text))
  }
  return (
    <div>
      <form className="row" onSubmit={submit}>
        <label className="stack-2 grow">
          <span className="mute">Limit</span>
          <input
            className="f"
            inputMode="numeric"
            placeholder="no limit"
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        </label>
        <button className="btn limit-b" type="submit">
          Set
        </button>
      </form>
      {isBad ? <p className="err">A limit is a whole number, or empty.</p> : null}
      {error === null ? null : <p className="err">{reasonOf(error)}</p>}
    </div>
  )
}
