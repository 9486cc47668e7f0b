import { Type } from 'typebox'
import { FlowRunFilter } from '../filters/flow-runs.ts'
import { FlowRunBulkSetStateResponse } from '../flow-runs.ts'
import { ById, Uuid } from '../ids.ts'
import { JsonObject } from '../json.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { Default, Integer, Nullable } from '../schema.ts'
import { OrchestrationResult, State, StateCreate } from '../states.ts'

export const setFlowRunState = operation({
  id: 'setFlowRunState',
  method: 'POST',
  path: '/flow_runs/{id}/set_state',
  summary: 'Propose a state for a flow run',
  tags: ['Flow run states'],
  scope: 'run',
  params: ById,
  body: Type.Object({ state: StateCreate, force: Default(Type.Boolean(), false) }),
  embedded: true,
  response: OrchestrationResult,
  otherStatuses: [201],
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const resumeFlowRun = operation({
  id: 'resumeFlowRun',
  method: 'POST',
  path: '/flow_runs/{id}/resume',
  summary: 'Resume a paused flow run',
  tags: ['Flow run states'],
  scope: 'run',
  params: ById,
  body: Type.Object({ run_input: Type.Optional(Nullable(JsonObject)) }),
  embedded: true,
  response: OrchestrationResult,
  otherStatuses: [201],
  errors: [404],
})

export const bulkSetFlowRunState = operation({
  id: 'bulkSetFlowRunState',
  method: 'POST',
  path: '/flow_runs/bulk_set_state',
  summary: 'Propose a state for up to 50 flow runs',
  tags: ['Flow run states'],
  scope: 'deploy',
  body: Type.Object({
    flow_runs: Type.Optional(Nullable(FlowRunFilter)),
    state: StateCreate,
    force: Default(Type.Boolean(), false),
    limit: Default(Integer({ minimum: 1, maximum: 50 }), 50),
  }),
  embedded: true,
  response: FlowRunBulkSetStateResponse,
})

export const readFlowRunStates = operation({
  id: 'readFlowRunStates',
  method: 'GET',
  path: '/flow_run_states/',
  summary: 'List the states that a flow run has had',
  tags: ['Flow run states'],
  scope: 'read',
  query: Type.Object({ flow_run_id: Uuid }),
  response: Type.Array(State),
})

export const readFlowRunState = operation({
  id: 'readFlowRunState',
  method: 'GET',
  path: '/flow_run_states/{id}',
  summary: 'Read a state of a flow run',
  tags: ['Flow run states'],
  scope: 'read',
  params: ById,
  response: State,
  errors: [404],
})
