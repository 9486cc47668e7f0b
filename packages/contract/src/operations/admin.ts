import { Type } from 'typebox'
import { CsrfToken, ServerDefaultResultStorage, ServerDefaultResultStorageUpdate } from '../admin.ts'
import { Json, JsonObject } from '../json.ts'
import { operation } from '../operation.ts'

export const health = operation({
  id: 'health',
  method: 'GET',
  path: '/health',
  summary: 'True while the server can serve',
  tags: ['Server'],
  scope: 'read',
  response: Type.Boolean(),
  otherStatuses: [503],
  public: true,
  anyVersion: true,
})

export const ready = operation({
  id: 'ready',
  method: 'GET',
  path: '/ready',
  summary: 'State of the background services',
  tags: ['Server'],
  scope: 'read',
  response: Json,
  otherStatuses: [503],
  public: true,
})

export const hello = operation({
  id: 'hello',
  method: 'GET',
  path: '/hello',
  summary: 'Says hello',
  tags: ['Server'],
  scope: 'read',
  response: Type.String(),
})

export const version = operation({
  id: 'version',
  method: 'GET',
  path: '/version',
  summary: 'Version of the API',
  tags: ['Server'],
  scope: 'read',
  response: Type.String(),
  anyVersion: true,
})

export const csrfToken = operation({
  id: 'csrfToken',
  method: 'GET',
  path: '/csrf-token',
  summary: 'A token against cross-site requests, when the server asks for one',
  tags: ['Server'],
  scope: 'read',
  query: Type.Object({ client: Type.String() }),
  response: CsrfToken,
})

export const adminVersion = operation({
  id: 'adminVersion',
  method: 'GET',
  path: '/admin/version',
  summary: 'Version of Prefect whose protocol is spoken',
  tags: ['Server'],
  scope: 'read',
  response: Type.String(),
})

export const adminSettings = operation({
  id: 'adminSettings',
  method: 'GET',
  path: '/admin/settings',
  summary: 'Settings of the server, without secrets',
  tags: ['Server'],
  scope: 'read',
  response: JsonObject,
})

export const readServerDefaultResultStorage = operation({
  id: 'readServerDefaultResultStorage',
  method: 'GET',
  path: '/admin/storage',
  summary: 'The default storage of results',
  tags: ['Server'],
  scope: 'read',
  response: ServerDefaultResultStorage,
})

export const updateServerDefaultResultStorage = operation({
  id: 'updateServerDefaultResultStorage',
  method: 'PUT',
  path: '/admin/storage',
  summary: 'Set the default storage of results',
  tags: ['Server'],
  scope: 'admin',
  body: ServerDefaultResultStorageUpdate,
  response: ServerDefaultResultStorage,
})

export const clearServerDefaultResultStorage = operation({
  id: 'clearServerDefaultResultStorage',
  method: 'DELETE',
  path: '/admin/storage',
  summary: 'Clear the default storage of results',
  tags: ['Server'],
  scope: 'admin',
  status: 204,
})

export const readViewContent = operation({
  id: 'readViewContent',
  method: 'GET',
  path: '/collections/views/{view}',
  summary: 'Metadata of work pool types, blocks and flows',
  tags: ['Server'],
  scope: 'read',
  params: Type.Object({ view: Type.String() }),
  response: JsonObject,
})
