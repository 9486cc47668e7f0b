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
  paths: Record<string, Record<string, { operationId: string }>>
  components: { schemas: Record<string, unknown> }
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
