import { Type } from 'typebox'
import { VariableFilter, VariableSort } from '../filters/variables.ts'
import { ById, ByName } from '../ids.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'
import { Variable, VariableCreate, VariableUpdate } from '../variables.ts'

export const createVariable = operation({
  id: 'createVariable',
  method: 'POST',
  path: '/variables/',
  summary: 'Create a variable',
  tags: ['Variables'],
  scope: 'run',
  body: VariableCreate,
  response: Variable,
  status: 201,
})

export const readVariable = operation({
  id: 'readVariable',
  method: 'GET',
  path: '/variables/{id}',
  summary: 'Read a variable',
  tags: ['Variables'],
  scope: 'read',
  params: ById,
  response: Variable,
  errors: [404],
})

export const readVariableByName = operation({
  id: 'readVariableByName',
  method: 'GET',
  path: '/variables/name/{name}',
  summary: 'Find a variable by its name',
  tags: ['Variables'],
  scope: 'read',
  params: ByName,
  response: Variable,
  errors: [404],
})

export const readVariables = operation({
  id: 'readVariables',
  method: 'POST',
  path: '/variables/filter',
  summary: 'List variables',
  tags: ['Variables'],
  scope: 'read',
  body: Type.Object({
    offset: PageOffset,
    variables: Type.Optional(Nullable(VariableFilter)),
    sort: Default(VariableSort, 'NAME_ASC'),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(Variable),
})

export const countVariables = operation({
  id: 'countVariables',
  method: 'POST',
  path: '/variables/count',
  summary: 'Count variables',
  tags: ['Variables'],
  scope: 'read',
  body: Type.Object({ variables: Type.Optional(Nullable(VariableFilter)) }),
  embedded: true,
  response: Integer(),
})

export const updateVariable = operation({
  id: 'updateVariable',
  method: 'PATCH',
  path: '/variables/{id}',
  summary: 'Change a variable',
  tags: ['Variables'],
  scope: 'run',
  params: ById,
  body: VariableUpdate,
  status: 204,
  errors: [404],
})

export const updateVariableByName = operation({
  id: 'updateVariableByName',
  method: 'PATCH',
  path: '/variables/name/{name}',
  summary: 'Change a variable by its name',
  tags: ['Variables'],
  scope: 'run',
  params: ByName,
  body: VariableUpdate,
  status: 204,
  errors: [404],
})

export const deleteVariable = operation({
  id: 'deleteVariable',
  method: 'DELETE',
  path: '/variables/{id}',
  summary: 'Delete a variable',
  tags: ['Variables'],
  scope: 'run',
  params: ById,
  status: 204,
  errors: [404],
})

export const deleteVariableByName = operation({
  id: 'deleteVariableByName',
  method: 'DELETE',
  path: '/variables/name/{name}',
  summary: 'Delete a variable by its name',
  tags: ['Variables'],
  scope: 'run',
  params: ByName,
  status: 204,
  errors: [404],
})
