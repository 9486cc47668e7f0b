import { Type } from 'typebox'
import { FlowRunFilter, FlowRunSort } from '../filters/flow-runs.ts'
import { joinedByQueue } from '../filters/joined.ts'
import {
  FlowRunBulkDeleteResponse,
  FlowRunCreate,
  FlowRunInput,
  FlowRunPaginationResponse,
  FlowRunResponse,
  FlowRunUpdate,
} from '../flow-runs.ts'
import { ById, Uuid } from '../ids.ts'
import { Json, Labels } from '../json.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'

export const createFlowRun = operation({
  id: 'createFlowRun',
  method: 'POST',
  path: '/flow_runs/',
  summary: 'Create a flow run, or return the one with this idempotency key',
  tags: ['Flow runs'],
  scope: 'run',
  body: FlowRunCreate,
  response: FlowRunResponse,
  otherStatuses: [201],
  maxBodyBytes: BODY_16_MIB,
})

export const updateFlowRun = operation({
  id: 'updateFlowRun',
  method: 'PATCH',
  path: '/flow_runs/{id}',
  summary: 'Change a flow run',
  tags: ['Flow runs'],
  scope: 'run',
  params: ById,
  body: FlowRunUpdate,
  status: 204,
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const readFlowRun = operation({
  id: 'readFlowRun',
  method: 'GET',
  path: '/flow_runs/{id}',
  summary: 'Read a flow run',
  tags: ['Flow runs'],
  scope: 'read',
  params: ById,
  response: FlowRunResponse,
  errors: [404],
})

export const deleteFlowRun = operation({
  id: 'deleteFlowRun',
  method: 'DELETE',
  path: '/flow_runs/{id}',
  summary: 'Delete a flow run',
  tags: ['Flow runs'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readFlowRuns = operation({
  id: 'readFlowRuns',
  method: 'POST',
  path: '/flow_runs/filter',
  summary: 'List flow runs',
  tags: ['Flow runs'],
  scope: 'read',
  body: Type.Object({ ...joinedByQueue, sort: Default(FlowRunSort, 'ID_DESC'), offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(FlowRunResponse),
})

export const paginateFlowRuns = operation({
  id: 'paginateFlowRuns',
  method: 'POST',
  path: '/flow_runs/paginate',
  summary: 'List flow runs by page',
  tags: ['Flow runs'],
  scope: 'read',
  body: Type.Object({ ...joinedByQueue, sort: Default(FlowRunSort, 'ID_DESC'), page: PageNumber, limit: PageLimit }),
  embedded: true,
  response: FlowRunPaginationResponse,
})

export const countFlowRuns = operation({
  id: 'countFlowRuns',
  method: 'POST',
  path: '/flow_runs/count',
  summary: 'Count flow runs',
  tags: ['Flow runs'],
  scope: 'read',
  body: Type.Object({ ...joinedByQueue }),
  embedded: true,
  response: Integer(),
})

export const bulkDeleteFlowRuns = operation({
  id: 'bulkDeleteFlowRuns',
  method: 'POST',
  path: '/flow_runs/bulk_delete',
  summary: 'Delete up to 50 flow runs',
  tags: ['Flow runs'],
  scope: 'deploy',
  body: Type.Object({
    flow_runs: Type.Optional(Nullable(FlowRunFilter)),
    limit: Default(Integer({ minimum: 1, maximum: 50 }), 50),
  }),
  embedded: true,
  response: FlowRunBulkDeleteResponse,
})

export const updateFlowRunLabels = operation({
  id: 'updateFlowRunLabels',
  method: 'PATCH',
  path: '/flow_runs/{id}/labels',
  summary: 'Add labels to a flow run',
  tags: ['Flow runs'],
  scope: 'run',
  params: ById,
  body: Labels,
  status: 204,
  errors: [404],
})

export const createFlowRunInput = operation({
  id: 'createFlowRunInput',
  method: 'POST',
  path: '/flow_runs/{id}/input',
  summary: 'Store an input for a flow run',
  tags: ['Flow runs'],
  scope: 'run',
  params: ById,
  body: Type.Object({ key: Type.String(), value: Type.String(), sender: Type.Optional(Nullable(Type.String())) }),
  embedded: true,
  response: Json,
  status: 201,
  errors: [404],
})

export const filterFlowRunInput = operation({
  id: 'filterFlowRunInput',
  method: 'POST',
  path: '/flow_runs/{id}/input/filter',
  summary: 'List inputs whose key begins with a prefix',
  tags: ['Flow runs'],
  scope: 'read',
  params: ById,
  body: Type.Object({
    prefix: Type.String(),
    limit: Default(Integer(), 1),
    exclude_keys: Default(Type.Array(Type.String()), []),
  }),
  embedded: true,
  response: Type.Array(FlowRunInput),
  errors: [404],
})

export const readFlowRunInput = operation({
  id: 'readFlowRunInput',
  method: 'GET',
  path: '/flow_runs/{id}/input/{key}',
  summary: 'Read an input as the text that was stored',
  tags: ['Flow runs'],
  scope: 'read',
  params: Type.Object({ id: Uuid, key: Type.String() }),
  response: Type.String(),
  mediaType: 'text/plain',
  errors: [404],
})

export const deleteFlowRunInput = operation({
  id: 'deleteFlowRunInput',
  method: 'DELETE',
  path: '/flow_runs/{id}/input/{key}',
  summary: 'Delete an input',
  tags: ['Flow runs'],
  scope: 'run',
  params: Type.Object({ id: Uuid, key: Type.String() }),
  status: 204,
  errors: [404],
})

export const downloadFlowRunLogs = operation({
  id: 'downloadFlowRunLogs',
  method: 'GET',
  path: '/flow_runs/{id}/logs/download',
  summary: 'Download the logs of a flow run as CSV',
  tags: ['Flow runs'],
  scope: 'read',
  params: ById,
  response: Type.String(),
  mediaType: 'text/csv',
  errors: [404],
})
