const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const two = (value: number) => String(value).padStart(2, '0')

/** `0.4 s`, `47 s`, `3 min 41 s`, `2 h 14 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 10 * SECOND) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${two(Math.floor((ms % MINUTE) / SECOND))} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${two(Math.floor((ms % HOUR) / MINUTE))} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}

/** `in 2 min`, `12 s ago`, `just now`: one unit, for people. */
export function formatRelative(at: string, now: number): string {
  const ahead = Date.parse(at) - now
  const size = Math.abs(ahead)
  if (size < 5 * SECOND) return 'just now'
  const words =
    size < MINUTE
      ? `${Math.floor(size / SECOND)} s`
      : size < HOUR
        ? `${Math.floor(size / MINUTE)} min`
        : size < DAY
          ? `${Math.floor(size / HOUR)} h`
          : `${Math.floor(size / DAY)} d`
  return ahead > 0 ? `in ${words}` : `${words} ago`
}

/** `14:26:20`, with the date in front of it when that is not today. */
export function formatClock(at: string, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const date = new Date(at)
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...zone,
  }).format(date)
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', ...zone })
  if (day.format(date) === day.format(new Date(now))) return clock
  const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...zone }).format(date)
  return `${short} ${clock}`
}

/** `14:26:20.310` for log lines. */
export function formatLogTime(at: string): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Milliseconds from start to end, or to now while there is no end; null before the start. */
export function elapsed(start: string | null, end: string | null, now: number): number | null {
  if (start === null) return null
  return Math.max(0, (end === null ? now : Date.parse(end)) - Date.parse(start))
}

/** What a `datetime-local` field holds, as an instant. */
export function fromLocalInput(text: string): string | null {
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }

/** `24h`, `15m`, `7d` in milliseconds. */
export function parseSpan(text: string): number | null {
  const match = /^(\d{1,6})([smhdw])$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match?.[1] === undefined || unit === undefined ? null : Number(match[1]) * unit
}
