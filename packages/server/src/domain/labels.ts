import type { JsonObject } from '@slipway/contract'

/** Labels of a run: those of what it comes from, the server's own, and over both what its creator says. */
export function flowRunLabels({
  flow_id,
  deployment_id,
  inherited,
  given,
}: {
  readonly flow_id: string
  /** Null also when the deployment that the run names does not exist. */
  readonly deployment_id: string | null
  /** Of the deployment, else of the flow. */
  readonly inherited: JsonObject | null
  readonly given: JsonObject | null
}): JsonObject {
  return {
    ...inherited,
    'prefect.flow.id': flow_id,
    ...(deployment_id === null ? {} : { 'prefect.deployment.id': deployment_id }),
    ...given,
  }
}

export function taskRunLabels({
  flow_run_id,
  inherited,
  given,
}: {
  readonly flow_run_id: string | null
  /** Of the flow run. */
  readonly inherited: JsonObject | null
  readonly given: JsonObject | null
}): JsonObject {
  return { ...inherited, ...(flow_run_id === null ? {} : { 'prefect.flow-run.id': flow_run_id }), ...given }
}
