import { Type } from 'typebox'
import { FlowFilter, FlowSort } from '../filters/flows.ts'
import { joinedByPool } from '../filters/joined.ts'
import { Flow, FlowBulkDeleteResponse, FlowCreate, FlowPaginationResponse, FlowUpdate } from '../flows.ts'
import { ById, ByName } from '../ids.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'

export const createFlow = operation({
  id: 'createFlow',
  method: 'POST',
  path: '/flows/',
  summary: 'Create a flow, or return the one that has this name',
  tags: ['Flows'],
  scope: 'run',
  body: FlowCreate,
  response: Flow,
  otherStatuses: [201],
})

export const updateFlow = operation({
  id: 'updateFlow',
  method: 'PATCH',
  path: '/flows/{id}',
  summary: 'Change the tags of a flow',
  tags: ['Flows'],
  scope: 'deploy',
  params: ById,
  body: FlowUpdate,
  status: 204,
  errors: [404],
})

export const countFlows = operation({
  id: 'countFlows',
  method: 'POST',
  path: '/flows/count',
  summary: 'Count flows',
  tags: ['Flows'],
  scope: 'read',
  body: Type.Object({ ...joinedByPool }),
  embedded: true,
  response: Integer(),
})

export const readFlowByName = operation({
  id: 'readFlowByName',
  method: 'GET',
  path: '/flows/name/{name}',
  summary: 'Find a flow by its name',
  tags: ['Flows'],
  scope: 'read',
  params: ByName,
  response: Flow,
  errors: [404],
})

export const readFlow = operation({
  id: 'readFlow',
  method: 'GET',
  path: '/flows/{id}',
  summary: 'Read a flow',
  tags: ['Flows'],
  scope: 'read',
  params: ById,
  response: Flow,
  errors: [404],
})

export const deleteFlow = operation({
  id: 'deleteFlow',
  method: 'DELETE',
  path: '/flows/{id}',
  summary: 'Delete a flow',
  tags: ['Flows'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readFlows = operation({
  id: 'readFlows',
  method: 'POST',
  path: '/flows/filter',
  summary: 'List flows',
  tags: ['Flows'],
  scope: 'read',
  body: Type.Object({ ...joinedByPool, offset: PageOffset, sort: Default(FlowSort, 'NAME_ASC'), limit: PageLimit }),
  embedded: true,
  response: Type.Array(Flow),
})

export const paginateFlows = operation({
  id: 'paginateFlows',
  method: 'POST',
  path: '/flows/paginate',
  summary: 'List flows by page',
  tags: ['Flows'],
  scope: 'read',
  body: Type.Object({ ...joinedByPool, page: PageNumber, sort: Default(FlowSort, 'NAME_ASC'), limit: PageLimit }),
  embedded: true,
  response: FlowPaginationResponse,
})

export const bulkDeleteFlows = operation({
  id: 'bulkDeleteFlows',
  method: 'POST',
  path: '/flows/bulk_delete',
  summary: 'Delete up to 50 flows',
  tags: ['Flows'],
  scope: 'deploy',
  body: Type.Object({
    flows: Type.Optional(Nullable(FlowFilter)),
    limit: Default(Integer({ minimum: 1, maximum: 50 }), 50),
  }),
  embedded: true,
  response: FlowBulkDeleteResponse,
})
