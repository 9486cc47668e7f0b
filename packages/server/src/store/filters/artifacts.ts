import type { ArtifactCollectionFilter, ArtifactFilter, ArtifactSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import { anyText, anyUuid, combined, type Condition, likeText, notAnyText, nullness, partOf } from './conditions.ts'

/** What a filter on artifacts and one on collections share. */
type Shared = Pick<ArtifactFilter, 'key' | 'flow_run_id' | 'task_run_id' | 'type'>

/** Of `artifact a`. */
export function artifactCondition(filter: ArtifactFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [partOf(given.id, ({ any_ }) => anyUuid(sql`a.id`, any_)), ...shared(given)]),
  )
}

/** Of `artifact_collection a`. */
export function artifactCollectionCondition(filter: ArtifactCollectionFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [
      partOf(given.latest_id, ({ any_ }) => anyUuid(sql`a.latest_id`, any_)),
      ...shared(given),
    ]),
  )
}

function shared({ key, flow_run_id, task_run_id, type }: Shared): Condition[] {
  return [
    partOf(key, ({ any_, like_, exists_ }) =>
      combined('and_', [
        anyText(sql`a.key`, any_),
        likeText(sql`a.key`, like_),
        nullness(sql`a.key`, exists_ === null || exists_ === undefined ? null : !exists_),
      ]),
    ),
    partOf(flow_run_id, ({ any_ }) => anyUuid(sql`a.flow_run_id`, any_)),
    partOf(task_run_id, ({ any_ }) => anyUuid(sql`a.task_run_id`, any_)),
    partOf(type, ({ any_, not_any_ }) =>
      combined('and_', [anyText(sql`a.type`, any_), notAnyText(sql`a.type`, not_any_)]),
    ),
  ]
}

/** Of both. Without a key comes first where the order is descending, as PostgreSQL has it. */
export function artifactOrder(sort: ArtifactSort): Sql {
  switch (sort) {
    case 'CREATED_DESC':
      return sql`a.created desc, a.id desc`
    case 'UPDATED_DESC':
      return sql`a.updated desc, a.id desc`
    case 'ID_DESC':
      return sql`a.id desc`
    case 'KEY_DESC':
      return sql`a.key desc, a.id desc`
    case 'KEY_ASC':
      return sql`a.key, a.id`
  }
}
