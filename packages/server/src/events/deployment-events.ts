import type { JsonObject } from '@slipway/contract'
import type { ResourceLabels, StateEvent } from './flow-run-state-event.ts'
import type { Fresh, Happening } from './work-pool-events.ts'

interface Subject {
  readonly id: string
  readonly name: string
  readonly flow_id: string
  readonly flow_name: string
  readonly work_queue_id: string | null
  readonly queue_name: string | null
  readonly work_pool_id: string | null
  readonly work_pool_name: string | null
  readonly work_pool_type: string | null
}

export function deploymentEvent(
  deployment: Subject,
  happening: Happening,
  { event_id, now }: Fresh,
  payload: JsonObject = {},
): StateEvent {
  return {
    id: event_id,
    occurred: now,
    event: `prefect.deployment.${happening}`,
    resource: {
      'prefect.resource.id': `prefect.deployment.${deployment.id}`,
      'prefect.resource.name': deployment.name,
    },
    related: relationsOf(deployment),
    payload,
    follows: null,
  }
}

function relationsOf(deployment: Subject): readonly ResourceLabels[] {
  const { flow_id, flow_name, work_queue_id, queue_name, work_pool_id, work_pool_name, work_pool_type } = deployment
  const related: ResourceLabels[] = [resourceOf('flow', flow_id, flow_name)]
  if (work_queue_id !== null && queue_name !== null) related.push(resourceOf('work-queue', work_queue_id, queue_name))
  if (work_pool_id !== null && work_pool_name !== null && work_pool_type !== null) {
    related.push({
      ...resourceOf('work-pool', work_pool_id, work_pool_name),
      'prefect.work-pool.type': work_pool_type,
    })
  }
  return related
}

function resourceOf(kind: string, id: string, name: string): ResourceLabels {
  return {
    'prefect.resource.id': `prefect.${kind}.${id}`,
    'prefect.resource.role': kind,
    'prefect.resource.name': name,
  }
}
