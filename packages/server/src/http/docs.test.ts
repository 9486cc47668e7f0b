import { allOperations, VERSION } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEchoApp } from '../testing/echo-app.ts'
import { mountDocs } from './docs.ts'

let app: FastifyInstance
beforeAll(async () => {
  app = await createEchoApp({ register: mountDocs })
})
afterAll(() => app.close())

async function get(url: string) {
  return await app.inject({ method: 'GET', url, headers: { host: 'localhost' } })
}

interface Document {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, { operationId: string; responses: object }>>
  components: { schemas: Record<string, unknown>; responses: Record<string, unknown> }
}

test('openapi.json holds every operation, and every reference leads somewhere', async () => {
  const response = await get('/openapi.json')
  const { openapi, info, paths, components } = response.json<Document>()
  expect([openapi, info.version]).toEqual(['3.1.0', VERSION])
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  expect(ids.toSorted()).toEqual(allOperations.map(({ id }) => id).toSorted())
  const names = new Set(Array.from(response.body.matchAll(/#\/components\/schemas\/(\w+)/g), ([, name]) => name))
  expect([...names].filter((name) => name === undefined || !(name in components.schemas))).toEqual([])
})

test('every operation names its refusals, and each of them is described', async () => {
  const response = await get('/openapi.json')
  const { paths, components } = response.json<Document>()
  const names = Array.from(response.body.matchAll(/#\/components\/responses\/(\w+)/g), ([, name]) => name)
  expect(new Set(names)).toEqual(new Set(Object.keys(components.responses)))
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  expect(operations.filter(({ responses }) => !('403' in responses && '503' in responses))).toEqual([])
  expect(operations.filter(({ responses }) => !('401' in responses)).map(({ operationId }) => operationId)).toEqual([
    'health',
    'ready',
  ])
})

test('keywords of our own stay out of openapi.json', async () => {
  const { body } = await get('/openapi.json')
  for (const keyword of ['check', 'pageLimit', 'wrongType', 'dropped', 'lengthError', 'patternProperties'])
    expect(body).not.toContain(`"${keyword}":`)
})

test('the page shows every operation and loads nothing', async () => {
  const { body, headers } = await get('/docs')
  for (const { id } of allOperations) expect(body).toContain(`id="operation-${id}"`)
  expect(body).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\//)
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /)
})

test('every link on the page leads somewhere on it', async () => {
  const { body } = await get('/docs')
  const targets = new Set(Array.from(body.matchAll(/ id="([^"]+)"/g), ([, id]) => id))
  const links = new Set(Array.from(body.matchAll(/href="#([^"]+)"/g), ([, id]) => id))
  expect([...links].filter((id) => !targets.has(id))).toEqual([])
})
