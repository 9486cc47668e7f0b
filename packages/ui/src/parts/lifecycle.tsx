import type { State as RunState } from '@slipway/contract'
import type { CSSProperties } from 'react'
import { describeState, isOver } from '../lib/states.ts'
import { formatClock, formatDuration } from '../lib/time.ts'
import { Icon } from './icon.tsx'

const MOST_STATIONS = 8

/** The states of a run as stations of a ruler; how long each lasted stands at the end of its stretch. */
export function Lifecycle({ states, now }: { states: readonly RunState[]; now: number }) {
  const shown = states.slice(-MOST_STATIONS)
  const last = shown.at(-1)
  if (last === undefined) return null
  // CSS takes custom properties; the type of React's style does not list them.
  const style = { '--n': Math.max(1, shown.length - 1) } as CSSProperties
  return (
    <div className="strip stripe">
      <ol aria-label="Lifecycle of this run" style={style}>
        {shown.map((state, index) => {
          const next = shown[index + 1]
          const { kind, word } = describeState(state)
          const isLast = next === undefined
          const end = next === undefined ? now : Date.parse(next.timestamp)
          const isOpen = isLast && !isOver(state.type)
          return (
            <li
              key={state.id}
              className={isLast ? 'end-st' : 'past'}
              data-s={isLast ? kind : undefined}
              title={state.message ?? ''}
            >
              <span className="lab">
                {isLast ? (
                  <span className="st" data-s={kind}>
                    <Icon name={`s-${kind}`} />
                  </span>
                ) : null}
                {word}
              </span>
              <span className="at">
                {formatClock(state.timestamp, now)}
                {isOpen ? `, for ${formatDuration(end - Date.parse(state.timestamp))}` : ''}
              </span>
              {isLast ? null : <span className="dur">{formatDuration(end - Date.parse(state.timestamp))}</span>}
            </li>
          )
        })}
      </ol>
    </div>
  )
}
