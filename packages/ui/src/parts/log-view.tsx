import type { Log } from '@slipway/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { api } from '../api/client.ts'
import { useLiveLogs } from '../api/live.tsx'
import { formatLogTime } from '../lib/time.ts'
import { Problem } from './feedback.tsx'
import { Icon } from './icon.tsx'

const PAGE_SIZE = 200
const LEVELS = [
  { label: 'All', least: 0 },
  { label: 'Warnings', least: 30 },
  { label: 'Errors', least: 40 },
] as const
const NEAR_END_PX = 40

const levelWord = (level: number) =>
  level >= 50 ? 'CRIT' : level >= 40 ? 'ERROR' : level >= 30 ? 'WARN' : level >= 20 ? 'INFO' : 'DEBUG'

/** By script and not by link: the request carries the login of this tab. */
async function saveCsv(flow_run_id: string): Promise<void> {
  const csv = await api.download(`/flow_runs/${flow_run_id}/logs/download`)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(csv)
  link.download = `${flow_run_id}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
}

interface Props {
  readonly flow_run_id: string
  readonly isOver: boolean
}

/** The last lines first; earlier ones on demand. Search and level ask the server, not only what is loaded. */
export function LogView({ flow_run_id, isOver }: Props) {
  const [text, setText] = useState('')
  const [least, setLeast] = useState(0)
  const query = useDeferredValue(text.trim())
  const [added, setAdded] = useState<readonly Log[]>([])
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['logs', flow_run_id, query, least],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => {
      const logs = {
        flow_run_id: { any_: [flow_run_id] },
        ...(query === '' ? {} : { text: { query } }),
        ...(least === 0 ? {} : { level: { ge_: least } }),
      }
      const body = { logs, sort: 'TIMESTAMP_DESC', limit: PAGE_SIZE, offset: pageParam }
      return api.post<Log[]>('/logs/filter', body, { signal })
    },
    getNextPageParam: (page, pages) => (page.length < PAGE_SIZE ? undefined : pages.length * PAGE_SIZE),
  })
  useLiveLogs(
    flow_run_id,
    (logs) => setAdded((before) => [...before, ...logs].slice(-5_000)),
    () => void refetch(), // The list shows what went wrong.
  )
  const fits = (log: Log) => log.level >= least && log.message.toLowerCase().includes(query.toLowerCase())
  const lines = new Map([...(data?.pages.flat() ?? []), ...added.filter(fits)].map((log) => [log.id, log]))
  const sorted = [...lines.values()].toSorted((a, b) =>
    a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0,
  )
  const box = useRef<HTMLDivElement>(null)
  const isFollowing = useRef(true)
  useEffect(() => {
    if (isFollowing.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [sorted.length])
  return (
    <section aria-label="Logs">
      <div className="logbar">
        <span className="inp log-find">
          <Icon name="search" />
          <input
            data-search
            aria-label="Search logs"
            placeholder="Search all lines"
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </span>
        <div className="seg" role="group" aria-label="Level">
          {LEVELS.map((level) => (
            <button
              key={level.label}
              type="button"
              aria-pressed={least === level.least}
              onClick={() => setLeast(level.least)}
            >
              {level.label}
            </button>
          ))}
        </div>
        <span className="grow" />
        <button type="button" className="btn sm" onClick={() => void saveCsv(flow_run_id)}>
          <Icon name="download" />
          CSV
        </button>
      </div>
      {error === null ? null : <Problem error={error} />}
      <div
        className="logs logs-box"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="Log lines"
        onScroll={({ currentTarget }) => {
          const { scrollHeight, scrollTop, clientHeight } = currentTarget
          isFollowing.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
        }}
      >
        {hasNextPage ? (
          <div className="new">
            <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {isFetchingNextPage ? 'Loading…' : 'Earlier lines'}
            </button>
          </div>
        ) : null}
        {sorted.map((log) => (
          <div
            key={log.id}
            className={`ll${log.level >= 40 ? ' e' : log.level >= 30 ? ' w' : ''}`}
            data-s={log.level >= 40 ? 'failed' : log.level >= 30 ? 'warn' : undefined}
          >
            <span title={log.timestamp}>
              {formatLogTime(log.timestamp).slice(0, 8)}
              <i>{formatLogTime(log.timestamp).slice(8)}</i>
            </span>
            <span className="lv">{levelWord(log.level)}</span>
            <span title={log.name}>{log.name.replace(/^prefect\./, '')}</span>
            <span className="m">{log.message}</span>
          </div>
        ))}
        {sorted.length === 0 && data !== undefined ? (
          <p className="pad mute">
            {query !== '' || least > 0
              ? 'No line matches.'
              : isOver
                ? 'This run left no log lines.'
                : 'No lines yet. They appear here as the run writes them.'}
          </p>
        ) : null}
      </div>
      <div className="log-ft">
        <span>{isOver ? 'End of log' : 'Following'}</span>
        <span>
          {sorted.length}
          {hasNextPage ? ' or more' : ''} lines
        </span>
      </div>
    </section>
  )
}
