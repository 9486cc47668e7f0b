import type { EventPage as Page, ReceivedEvent } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useState } from 'react'
import { api } from '../api/client.ts'
import { subscribe } from '../api/socket.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { useNow } from '../parts/now.ts'
import { Time } from '../parts/time.tsx'

const MOST_LIVE = 500
const YEAR_MS = 365 * 86_400_000

/** New events as they come, newest first. */
function useLiveEvents(): readonly ReceivedEvent[] {
  const [events, setEvents] = useState<readonly ReceivedEvent[]>([])
  useEffect(
    () =>
      subscribe({
        path: '/events/out',
        filter: () => ({
          occurred: {
            since: new Date().toISOString(),
            until: new Date(Date.now() + YEAR_MS).toISOString(),
          },
        }),
        onFrame: (frame) => {
          if (frame['type'] !== 'event') return
          setEvents((before) => [frame['event'] as ReceivedEvent, ...before].slice(0, MOST_LIVE))
        },
      }),
    [],
  )
  return events
}

export function EventsPage() {
  const now = useNow(false)
  const [text, setText] = useState('')
  const query = useDeferredValue(text.trim())
  const live = useLiveEvents()
  const { data, error } = useQuery({
    queryKey: ['events', query],
    queryFn: ({ signal }) =>
      api.post<Page>(
        '/events/filter',
        { filter: { order: 'DESC', ...(query === '' ? {} : { text: { query } }) }, limit: 50 },
        { signal },
      ),
  })
  const fits = (event: ReceivedEvent) => JSON.stringify(event).toLowerCase().includes(query.toLowerCase())
  const all = new Map([...live.filter(fits), ...(data?.events ?? [])].map((event) => [event.id, event]))
  const rows = [...all.values()].toSorted((a, b) => (a.occurred < b.occurred ? 1 : a.occurred > b.occurred ? -1 : 0))
  return (
    <>
      <Head title="Events" say="What happened, newest first. New ones appear at the top." />
      <div className="sec tools">
        <span className="inp log-find">
          <Icon name="search" />
          <input
            data-search
            aria-label="Search events"
            placeholder="Search names, resources, payloads"
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </span>
      </div>
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="events" /> : null}
      {data !== undefined && rows.length === 0 ? (
        <Empty title="No event">Runs, pools and deployments tell here what becomes of them.</Empty>
      ) : null}
      <ul className="sec">
        {rows.map((event) => (
          <li className="ln" key={event.id}>
            <span className="mono mute">
              <Time at={event.occurred} now={now} />
            </span>
            <Icon name="radio" />
            <Link
              className="name cut"
              to="/events/event/$day/$id"
              params={{ day: event.occurred.slice(0, 10), id: event.id }}
            >
              {event.event.replace(/^prefect\./, '')}{' '}
              <span className="sub mute">{event.resource['prefect.resource.name'] ?? ''}</span>
            </Link>
            <span className="mono mute h-m">{event.resource['prefect.resource.id']}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

const route = getRouteApi('/events/event/$day/$id')

export function EventPage() {
  const { id, day } = route.useParams()
  const { data, error } = useQuery({
    queryKey: ['events', 'one', id],
    queryFn: ({ signal }) => {
      const occurred = { since: `${day}T00:00:00Z`, until: `${day}T23:59:59.999999Z` }
      return api.post<Page>('/events/filter', { filter: { id: { id: [id] }, occurred }, limit: 1 }, { signal })
    },
  })
  if (error !== null) return <Problem error={error} />
  if (data === undefined) return <Loading what="the event" />
  const [event] = data.events
  if (event === undefined) return <Problem error={new Error('It is older than events are kept.')} />
  return (
    <>
      <Head title={event.event} say={event.resource['prefect.resource.id']} />
      <div className="sec pad">
        <JsonBlock value={event} empty="" />
      </div>
    </>
  )
}
