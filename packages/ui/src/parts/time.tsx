import { formatClock, formatRelative } from '../lib/time.ts'

/** Clock time; the full instant on hover. */
export function Time({ at, now, relative = false }: { at: string | null; now: number; relative?: boolean }) {
  if (at === null) return <span className="mute">–</span>
  return (
    <time dateTime={at} title={at}>
      {relative ? formatRelative(at, now) : formatClock(at, now)}
    </time>
  )
}
