import { Type } from 'typebox'
import { Automation, AutomationCreate, AutomationPartialUpdate, AutomationUpdate } from '../automations.ts'
import { AutomationFilter, AutomationSort } from '../filters/automations.ts'
import { ById } from '../ids.ts'
import { Json } from '../json.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'

export const createAutomation = operation({
  id: 'createAutomation',
  method: 'POST',
  path: '/automations/',
  summary: 'Create an automation',
  tags: ['Automations'],
  scope: 'deploy',
  body: AutomationCreate,
  response: Automation,
  status: 201,
})

export const updateAutomation = operation({
  id: 'updateAutomation',
  method: 'PUT',
  path: '/automations/{id}',
  summary: 'Replace an automation',
  tags: ['Automations'],
  scope: 'deploy',
  params: ById,
  body: AutomationUpdate,
  status: 204,
  errors: [404],
})

export const patchAutomation = operation({
  id: 'patchAutomation',
  method: 'PATCH',
  path: '/automations/{id}',
  summary: 'Enable or disable an automation',
  tags: ['Automations'],
  scope: 'deploy',
  params: ById,
  body: AutomationPartialUpdate,
  status: 204,
  errors: [404],
})

export const deleteAutomation = operation({
  id: 'deleteAutomation',
  method: 'DELETE',
  path: '/automations/{id}',
  summary: 'Delete an automation',
  tags: ['Automations'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readAutomations = operation({
  id: 'readAutomations',
  method: 'POST',
  path: '/automations/filter',
  summary: 'List automations',
  tags: ['Automations'],
  scope: 'read',
  body: Type.Object({
    sort: Default(AutomationSort, 'NAME_ASC'),
    offset: PageOffset,
    automations: Type.Optional(Nullable(AutomationFilter)),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(Automation),
})

export const countAutomations = operation({
  id: 'countAutomations',
  method: 'POST',
  path: '/automations/count',
  summary: 'Count automations',
  tags: ['Automations'],
  scope: 'read',
  body: Type.Object({ automations: Type.Optional(Nullable(AutomationFilter)) }),
  embedded: true,
  response: Integer(),
})

export const readAutomation = operation({
  id: 'readAutomation',
  method: 'GET',
  path: '/automations/{id}',
  summary: 'Read an automation',
  tags: ['Automations'],
  scope: 'read',
  params: ById,
  response: Automation,
  errors: [404],
})

export const readAutomationsRelatedToResource = operation({
  id: 'readAutomationsRelatedToResource',
  method: 'GET',
  path: '/automations/related-to/{resource_id}',
  summary: 'List automations that concern a resource',
  tags: ['Automations'],
  scope: 'read',
  params: Type.Object({ resource_id: Type.String() }),
  response: Type.Array(Automation),
  errors: [404],
})

export const deleteAutomationsOwnedByResource = operation({
  id: 'deleteAutomationsOwnedByResource',
  method: 'DELETE',
  path: '/automations/owned-by/{resource_id}',
  summary: 'Delete the automations that belong to a resource',
  tags: ['Automations'],
  scope: 'deploy',
  params: Type.Object({ resource_id: Type.String() }),
  response: Json,
  status: 202,
  errors: [404],
})

export const validateTemplate = operation({
  id: 'validateTemplate',
  method: 'POST',
  path: '/templates/validate',
  summary: 'Check the syntax of a text template',
  tags: ['Automations'],
  scope: 'read',
  body: Type.String(),
  status: 204,
})

export const validateAutomationTemplate = operation({
  id: 'validateAutomationTemplate',
  method: 'POST',
  path: '/automations/templates/validate',
  summary: 'Check the syntax of a text template of an automation',
  tags: ['Automations'],
  scope: 'read',
  body: Type.String(),
  status: 204,
})
