import type { EventCount, EventFilter, Timestamp } from '@slipway/contract'
import { RESOURCE_NAME } from '../domain/events/matches.ts'
import type { TimeBuckets } from '../domain/events/time-buckets.ts'
import type { Queryable } from './database.ts'
import type { StoredEvent } from './events.ts'
import { eventConditions } from './filters/events.ts'
import { empty, raw, sql, where, type Sql } from './sql.ts'

/** Counting stops here: an exact number of millions is worth no table scan. */
const MOST_COUNTED = 100_000
const MOST_GROUPS = 1_000

const eventColumns = sql`e.id, e.workspace_id, e.occurred, e.received, e.event, e.resource, e.related, e.payload, e.follows`

/** After which event a page begins. */
export interface EventCursor {
  readonly occurred: Timestamp
  readonly id: string
}

export interface EventListOptions {
  readonly workspace_id: string
  readonly filter: EventFilter
  readonly after: EventCursor | null
  readonly limit: number
}

export async function listEvents(db: Queryable, options: EventListOptions): Promise<readonly StoredEvent[]> {
  const { workspace_id, filter, after, limit } = options
  const conditions = [...eventConditions(workspace_id, filter)]
  const isAscending = filter.order === 'ASC'
  const isDistinct = filter.resource?.distinct === true
  if (after !== null && !isDistinct) conditions.push(isBehind(after, isAscending))
  const order = raw(isAscending ? 'e.occurred, e.id' : 'e.occurred desc, e.id desc')
  if (!isDistinct) {
    return await db.query<StoredEvent>(sql`
      select ${eventColumns}
      from event e ${where(conditions)}
      order by ${order}
      limit ${limit}
    `)
  }
  return await db.query<StoredEvent>(sql`
    select ${eventColumns}
    from (${newestOfEach(conditions)}) e
    ${after === null ? empty : where([isBehind(after, isAscending)])}
    order by ${order}
    limit ${limit}
  `)
}

export async function countEvents(db: Queryable, workspace_id: string, filter: EventFilter): Promise<number> {
  const conditions = eventConditions(workspace_id, filter)
  const found =
    filter.resource?.distinct === true ? newestOfEach(conditions) : sql`select e.id from event e ${where(conditions)}`
  const [row] = await db.query<{ count: number }>(sql`
    select count(*)::integer as count
    from (select from (${found}) e limit ${MOST_COUNTED}) counted
  `)
  return row?.count ?? 0
}

function newestOfEach(conditions: readonly Sql[]): Sql {
  return sql`
    select distinct on (e.resource_id) ${eventColumns}
    from event e ${where(conditions)}
    order by e.resource_id, e.occurred desc, e.id desc`
}

function isBehind({ occurred, id }: EventCursor, isAscending: boolean): Sql {
  return isAscending
    ? sql`(e.occurred, e.id) > (${occurred}::timestamptz, ${id}::uuid)`
    : sql`(e.occurred, e.id) < (${occurred}::timestamptz, ${id}::uuid)`
}

/** How often each name or resource occurs, the most frequent first. A resource is shown by its newest name. */
export async function countEventsBy(
  db: Queryable,
  by: 'event' | 'resource',
  workspace_id: string,
  filter: EventFilter,
): Promise<readonly EventCount[]> {
  const value = raw(by === 'event' ? 'e.event' : 'e.resource_id')
  const label =
    by === 'event'
      ? value
      : sql`coalesce((array_agg(e.resource ->> ${RESOURCE_NAME} order by e.occurred desc, e.id desc))[1], ${value})`
  return await db.query<EventCount>(sql`
    select ${value} as value, ${label} as label, count(*)::integer as count, min(e.occurred) as start_time,
      max(e.occurred) as end_time
    from event e ${where(eventConditions(workspace_id, filter))}
    group by ${value}
    order by count(*) desc, ${value}
    limit ${MOST_GROUPS}
  `)
}

/** One row for each stretch of time, empty ones too. The caller bounds their number. */
export async function countEventsByTime(
  db: Queryable,
  workspace_id: string,
  filter: EventFilter,
  { since, until, seconds }: TimeBuckets,
): Promise<readonly EventCount[]> {
  return await db.query<EventCount>(sql`
    with bucket as (
      select start, least(start + make_interval(secs => ${seconds}), ${until}::timestamptz) as finish
      from generate_series(${since}::timestamptz, ${until}::timestamptz, make_interval(secs => ${seconds})) start
      where start < ${until}::timestamptz
      limit ${MOST_GROUPS}
    ), counted as (
      select date_bin(make_interval(secs => ${seconds}), e.occurred, ${since}::timestamptz) as start, count(*) as count
      from event e ${where(eventConditions(workspace_id, filter))}
      group by 1
    )
    select to_char(b.start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as value,
      to_char(b.start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as label,
      coalesce(c.count, 0)::integer as count, b.start as start_time, b.finish as end_time
    from bucket b
    left join counted c on c.start = b.start
    order by b.start
  `)
}
