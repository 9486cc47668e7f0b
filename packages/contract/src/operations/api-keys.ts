import { Type } from 'typebox'
import { ApiKey, ApiKeyCreate, CreatedApiKey } from '../api-keys.ts'
import { ById } from '../ids.ts'
import { operation } from '../operation.ts'

export const createApiKey = operation({
  id: 'createApiKey',
  method: 'POST',
  path: '/admin/api_keys',
  summary: 'Make an API key; its text is in this answer only',
  tags: ['API keys'],
  scope: 'admin',
  body: ApiKeyCreate,
  response: CreatedApiKey,
  status: 201,
  errors: [409],
})

export const readApiKeys = operation({
  id: 'readApiKeys',
  method: 'GET',
  path: '/admin/api_keys',
  summary: 'List API keys, without their text',
  tags: ['API keys'],
  scope: 'admin',
  response: Type.Array(ApiKey),
})

export const revokeApiKey = operation({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: '/admin/api_keys/{id}',
  summary: 'Revoke an API key',
  tags: ['API keys'],
  scope: 'admin',
  params: ById,
  status: 204,
  errors: [404],
})
