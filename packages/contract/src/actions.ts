import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { Duration, JsonObject } from './json.ts'
import { Default, Labelled, Nullable, OneOf } from './schema.ts'
import { StateType } from './states.ts'

const Source = Default(OneOf(['selected', 'inferred']), 'selected')

/** Text that is rendered with the event; what can be said about it without one is checked. */
const Template = Type.String({ check: 'template' })
const TemplateParameters = Type.Unsafe<JsonObject>({ ...JsonObject, check: 'template-parameters' })

function simple<const T extends string>(type: T) {
  return Type.Object({ type: Type.Literal(type) })
}

function onDeployment<const T extends string>(type: T) {
  return Type.Object(
    { type: Type.Literal(type), source: Source, deployment_id: Default(Nullable(Uuid), null) },
    { check: 'selected-deployment' },
  )
}

function onWorkPool<const T extends string>(type: T) {
  return Type.Object(
    { type: Type.Literal(type), source: Source, work_pool_id: Default(Nullable(Uuid), null) },
    { check: 'selected-work-pool' },
  )
}

function onWorkQueue<const T extends string>(type: T) {
  return Type.Object(
    { type: Type.Literal(type), source: Source, work_queue_id: Default(Nullable(Uuid), null) },
    { check: 'selected-work-queue' },
  )
}

function onAutomation<const T extends string>(type: T) {
  return Type.Object(
    { type: Type.Literal(type), source: Source, automation_id: Default(Nullable(Uuid), null) },
    { check: 'selected-automation' },
  )
}

export const RunDeployment = Type.Object(
  {
    type: Type.Literal('run-deployment'),
    source: Source,
    deployment_id: Default(Nullable(Uuid), null),
    parameters: Default(Nullable(TemplateParameters), null),
    job_variables: Default(Nullable(JsonObject), null),
    schedule_after: Default(Duration, 0),
  },
  { check: 'selected-deployment' },
)
export type RunDeployment = Static<typeof RunDeployment>

export const ChangeFlowRunState = Type.Object({
  type: Type.Literal('change-flow-run-state'),
  name: Default(Nullable(Type.String()), null),
  state: StateType,
  message: Default(Nullable(Type.String()), null),
  force: Default(Type.Boolean(), false),
})
export type ChangeFlowRunState = Static<typeof ChangeFlowRunState>

export const SendNotification = Type.Object({
  type: Type.Literal('send-notification'),
  block_document_id: Uuid,
  subject: Default(Template, 'Prefect automated notification'),
  body: Template,
})
export type SendNotification = Static<typeof SendNotification>

export const CallWebhook = Type.Object({
  type: Type.Literal('call-webhook'),
  block_document_id: Uuid,
  payload: Default(Template, ''),
})
export type CallWebhook = Static<typeof CallWebhook>

/** What an automation does. The labels are how validation errors name the branches. */
export const Action = Type.Union([
  Labelled('DoNothing', simple('do-nothing')),
  Labelled('function-after[selected_deployment_requires_id(), RunDeployment]', RunDeployment),
  Labelled('function-after[selected_deployment_requires_id(), PauseDeployment]', onDeployment('pause-deployment')),
  Labelled('function-after[selected_deployment_requires_id(), ResumeDeployment]', onDeployment('resume-deployment')),
  Labelled('CancelFlowRun', simple('cancel-flow-run')),
  Labelled('DeleteFlowRun', simple('delete-flow-run')),
  Labelled('ChangeFlowRunState', ChangeFlowRunState),
  Labelled('function-after[selected_work_queue_requires_id(), PauseWorkQueue]', onWorkQueue('pause-work-queue')),
  Labelled('function-after[selected_work_queue_requires_id(), ResumeWorkQueue]', onWorkQueue('resume-work-queue')),
  Labelled('SendNotification', SendNotification),
  Labelled('CallWebhook', CallWebhook),
  Labelled('function-after[selected_automation_requires_id(), PauseAutomation]', onAutomation('pause-automation')),
  Labelled('function-after[selected_automation_requires_id(), ResumeAutomation]', onAutomation('resume-automation')),
  Labelled('SuspendFlowRun', simple('suspend-flow-run')),
  Labelled('ResumeFlowRun', simple('resume-flow-run')),
  Labelled('function-after[selected_work_pool_requires_id(), PauseWorkPool]', onWorkPool('pause-work-pool')),
  Labelled('function-after[selected_work_pool_requires_id(), ResumeWorkPool]', onWorkPool('resume-work-pool')),
])
export type Action = Static<typeof Action>
