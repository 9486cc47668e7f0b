import type { Json, JsonObject } from '@slipway/contract'
import { listOf, objectOf } from './json.ts'

/**
 * Templates of the first Cloud Run API describe a Knative job (`run.googleapis.com/v1`). The second API runs the same
 * thing under other names, so such a template is translated rather than refused.
 */
export function isKnativeJob(body: JsonObject): boolean {
  return Object.hasOwn(body, 'spec')
}

export function fromKnativeJob(body: JsonObject): JsonObject {
  const metadata = inside(body['metadata'])
  const execution = inside(inside(body['spec'])['template'])
  const task = inside(inside(inside(execution['spec'])['template'])['spec'])
  const annotations = { ...inside(metadata['annotations']), ...inside(inside(execution['metadata'])['annotations']) }
  const connector = annotations['run.googleapis.com/vpc-access-connector']
  const stage = annotations['run.googleapis.com/launch-stage']
  const { timeoutSeconds, serviceAccountName, maxRetries, containers } = task
  return {
    ...(stage === undefined ? {} : { launchStage: stage }),
    ...(metadata['labels'] === undefined ? {} : { labels: metadata['labels'] }),
    template: {
      template: {
        ...(serviceAccountName === undefined ? {} : { serviceAccount: serviceAccountName }),
        ...(maxRetries === undefined ? {} : { maxRetries }),
        ...(timeoutSeconds === undefined ? {} : { timeout: Number(timeoutSeconds) }),
        ...(connector === undefined || connector === null ? {} : { vpcAccess: { connector } }),
        containers: listOf(containers).map((item) => withoutPullPolicy(inside(item))),
      },
    },
  }
}

function withoutPullPolicy(container: JsonObject): JsonObject {
  const { imagePullPolicy: _dropped, ...rest } = container
  return rest
}

function inside(value: Json | undefined): JsonObject {
  return objectOf(value) ?? {}
}
