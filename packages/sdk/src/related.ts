import type { FlowRunInfo } from './run-context.ts'

type Label = Readonly<Record<string, string>>

/** The flow, the deployment and the tags of a run, as events about it name them. */
export function relatedToFlowRun(run: FlowRunInfo): readonly Label[] {
  const flow = { ...related('flow', run.flowId), 'prefect.resource.name': run.flowName }
  const deployment = run.deploymentId === null ? [] : [related('deployment', run.deploymentId)]
  return [flow, ...deployment, ...run.tags.toSorted().map((tag) => related('tag', tag))]
}

/** By the role `flow-run` the server learns to which run a task run belongs. */
export function relatedToTaskRun(run: FlowRunInfo, taskTags: readonly string[]): readonly Label[] {
  const flowRun = { ...related('flow-run', run.id), 'prefect.resource.name': run.name }
  const tags = taskTags.filter((tag) => !run.tags.includes(tag)).toSorted()
  return [flowRun, ...relatedToFlowRun(run), ...tags.map((tag) => related('tag', tag))]
}

function related(role: string, id: string): Label {
  return { 'prefect.resource.id': `prefect.${role}.${id}`, 'prefect.resource.role': role }
}
