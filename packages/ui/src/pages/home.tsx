import type { FlowRunFilter, FlowRunResponse } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api } from '../api/client.ts'
import type { StateKind } from '../lib/states.ts'
import { formatRelative } from '../lib/time.ts'
import { Command, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { RunsTable, useNames } from '../parts/runs-table.tsx'

const DAY_MS = 86_400_000

function useCount(name: string, filter: () => FlowRunFilter) {
  return useQuery({
    queryKey: ['runs', 'count', name],
    queryFn: ({ signal }) => api.post<number>('/flow_runs/count', { flow_runs: filter() }, { signal }),
  })
}

function useSome(name: string, sort: string, filter: () => FlowRunFilter) {
  return useQuery({
    queryKey: ['runs', 'some', name],
    queryFn: ({ signal }) =>
      api.post<FlowRunResponse[]>('/flow_runs/filter', { flow_runs: filter(), sort, limit: 10 }, { signal }),
  })
}

const dayAgo = () => ({ after_: new Date(Date.now() - DAY_MS).toISOString() })

export function HomePage() {
  const now = useNow()
  const running = useCount('running', () => ({ state: { type: { any_: ['RUNNING', 'CANCELLING'] } } }))
  const failures = useSome('failures', 'EXPECTED_START_TIME_DESC', () => ({
    state: { type: { any_: ['FAILED', 'CRASHED'] } },
    expected_start_time: dayAgo(),
  }))
  const recent = useSome('recent', 'EXPECTED_START_TIME_DESC', () => ({
    state: { type: { not_any_: ['SCHEDULED', 'FAILED', 'CRASHED'] } },
  }))
  const next = useSome('next', 'NEXT_SCHEDULED_START_TIME_ASC', () => ({ state: { type: { any_: ['SCHEDULED'] } } }))
  const lists = [failures.data ?? [], next.data ?? [], recent.data ?? []]
  const names = useNames(
    lists.flat().map(({ flow_id }) => flow_id),
    lists.flat().map(({ deployment_id }) => deployment_id),
  )
  const error = running.error ?? failures.error ?? next.error
  if (error !== null) return <Problem error={error} />
  const isLoaded = failures.data !== undefined && next.data !== undefined && recent.data !== undefined
  if (isLoaded && lists.every((list) => list.length === 0)) return <FirstUse />
  const failed = failures.data?.length ?? 0
  const late = (next.data ?? []).filter(({ state_name }) => state_name === 'Late').length
  const upcoming = (next.data ?? []).find(({ state_name }) => state_name === 'Scheduled')?.expected_start_time ?? null
  return (
    <>
      <Head title={headline(failed, late)} say={sentence(running.data)} />
      <div className="stats">
        <Stat kind="running" label="Running" query="state:running" count={running.data} note="now" />
        <Stat kind="late" label="Late" query="state:late" count={late} note="past their time" />
        <Stat
          kind="failed"
          label="Failed, 24 h"
          query="state:failed,crashed since:24h"
          count={failures.data === undefined ? undefined : failed}
          note={failed === 10 ? 'or more' : 'of all runs'}
        />
        <Stat
          kind="scheduled"
          label="Next"
          query="state:scheduled"
          count={upcoming === null ? 'none' : formatRelative(upcoming, now)}
          note={upcoming === null ? 'planned' : 'by its schedule or wish'}
        />
      </div>
      {failed > 0 ? (
        <Section title="What went wrong" note="24 hours" more="state:failed,crashed since:24h">
          <RunsTable caption="Failed runs" runs={failures.data ?? []} now={now} names={names} />
        </Section>
      ) : null}
      {(next.data ?? []).length > 0 ? (
        <Section title="Next" note="by time" more="state:scheduled">
          <RunsTable caption="Next runs" runs={next.data ?? []} now={now} names={names} />
        </Section>
      ) : null}
      {(recent.data ?? []).length > 0 ? (
        <Section title="Lately" note="newest first" more="">
          <RunsTable caption="Recent runs" runs={recent.data ?? []} now={now} names={names} />
        </Section>
      ) : null}
    </>
  )
}

function headline(failed: number, late: number): string {
  if (failed > 0) return failed === 1 ? 'One run needs you.' : `${failed === 10 ? '10 or more' : failed} runs need you.`
  return late > 0 ? 'Some runs are late.' : 'Everything is on schedule.'
}

function sentence(running = 0): string {
  if (running === 0) return 'Nothing is running at the moment.'
  return `${running} ${running === 1 ? 'run is' : 'runs are'} going on.`
}

interface StatProps {
  readonly kind: StateKind
  readonly label: string
  readonly query: string
  readonly count: number | string | undefined
  readonly note: string
}

function Stat({ kind, label, query, count, note }: StatProps) {
  return (
    <Link to="/runs" search={{ q: query, page: 1 }}>
      <span className={`st${count === 0 ? ' quiet' : ''}`} data-s={kind}>
        <Icon name={`s-${kind}`} />
        {label}
      </span>
      <span className={`v${count === 0 ? ' mute' : ''}`}>
        {count ?? '…'}
        <small>{note}</small>
      </span>
    </Link>
  )
}

function Section({ title, note, more, children }: { title: string; note: string; more: string; children: ReactNode }) {
  return (
    <section className="sec" aria-label={title}>
      <div className="sec-h">
        <h2>{title}</h2>
        <span className="mute">{note}</span>
        <span className="end">
          <Link className="link" to="/runs" search={{ q: more, page: 1 }}>
            All
          </Link>
        </span>
      </div>
      {children}
    </section>
  )
}

const apiUrl = () => new URL('api', document.baseURI).href

function useExists(path: string) {
  return useQuery({
    queryKey: [path.startsWith('/block') ? 'blocks' : path.startsWith('/work') ? 'pools' : 'deployments', 'count'],
    queryFn: ({ signal }) => api.post<number>(`${path}/count`, {}, { signal }),
  })
}

/** Four steps to a run that was pushed; each is ticked off by what the server has. */
function FirstUse() {
  const blocks = useExists('/block_documents')
  const pools = useExists('/work_pools')
  const deployments = useExists('/deployments')
  const done = [
    (deployments.data ?? 0) > 0,
    (blocks.data ?? 0) > 0,
    (pools.data ?? 0) > 0,
    (deployments.data ?? 0) > 0,
    false,
  ]
  const current = done.indexOf(false)
  const step = (index: number) => ({ index, isDone: done[index] === true, isCurrent: index === current })
  return (
    <>
      <Head title="Get to a first run" say="Each step checks itself; this page changes as you go." />
      <ol className="todo sec">
        <Step {...step(0)} title="Point your client at this server">
          <Command text={`prefect config set PREFECT_API_URL=${apiUrl()}`} />
        </Step>
        <Step {...step(1)} title="Store the key of a service account">
          <p className="dim">It may create Cloud Run jobs in your project. It is checked before it is kept.</p>
          <Link className="btn" to="/blocks/catalog/$slug/create" params={{ slug: 'gcp-credentials' }}>
            Store a key
          </Link>
        </Step>
        <Step {...step(2)} title="Create a push pool">
          <p className="dim">It says in which project and region runs become containers.</p>
          <Link className="btn" to="/work-pools/create">
            Create a pool
          </Link>
        </Step>
        <Step {...step(3)} title="Deploy a flow">
          <Command text="prefect deploy --pool my-pool" />
        </Step>
        <Step {...step(4)} title="Run it">
          <Link className="btn" to="/deployments">
            Choose a deployment
          </Link>
        </Step>
      </ol>
    </>
  )
}

interface StepProps {
  readonly index: number
  readonly isDone: boolean
  readonly isCurrent: boolean
  readonly title: string
  readonly children: ReactNode
}

function Step({ index, isDone, isCurrent, title, children }: StepProps) {
  return (
    <li className={isDone ? 'ok2' : isCurrent ? 'cur' : ''} aria-current={isCurrent ? 'step' : undefined}>
      <span className="no">{isDone ? <Icon name="check" className="i-12" /> : index + 1}</span>
      <h2>
        {title}
        {isDone ? <span className="sr"> (done)</span> : null}
      </h2>
      <div className="body stack-2 first">{children}</div>
    </li>
  )
}
